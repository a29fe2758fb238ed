using System.Security.Cryptography;
using Appliance.Pkcs11;
using Appliance.Signing.Keys;

namespace Appliance.Signing.Tests.Keys;

[Collection(SharedTokens.Name)]
public sealed class RootKeyTests(SoftHsm hsm)
{
    [Fact]
    public void A_root_key_comes_back_from_its_token()
    {
        var row = RootKey.Create(hsm.Token, TimeProvider.System);
        using var first = RootKey.Unwrap(hsm.Token, [row]);
        using var second = RootKey.Unwrap(hsm.Token, [row]);

        Assert.Equal(hsm.Token.Info.SerialNumber, row.TokenSerial);
        Assert.Equal(first.Derive(KeyPurpose.Sad).ToArray(), second.Derive(KeyPurpose.Sad).ToArray());
    }

    [Fact]
    public void The_wrapped_key_is_authenticated_encryption_where_the_token_can()
    {
        var row = RootKey.Create(hsm.Token, TimeProvider.System);

        Assert.Equal((int)WrapMechanism.AesGcm, row.Mechanism);
        Assert.Equal(12, row.Iv.Length);
        Assert.Equal(RootKey.Length + 16, row.Wrapped.Length);
    }

    [Fact]
    public void The_wrapping_key_stays_in_the_token()
    {
        var row = RootKey.Create(hsm.Token, TimeProvider.System);

        var key = Assert.Single(hsm.Token.FindKeys(row.WrappingKeyId));
        Assert.Equal(TokenKeyClass.Secret, key.Class);
    }

    [Fact]
    public void Two_root_keys_differ()
    {
        using var first = RootKey.Unwrap(hsm.Token, [RootKey.Create(hsm.Token, TimeProvider.System)]);
        using var second = RootKey.Unwrap(hsm.Token, [RootKey.Create(hsm.Token, TimeProvider.System)]);

        Assert.NotEqual(first.Derive(KeyPurpose.Sad).ToArray(), second.Derive(KeyPurpose.Sad).ToArray());
    }

    [Fact]
    public void Every_purpose_has_its_own_key_of_32_bytes()
    {
        using var root = RootKey.Unwrap(hsm.Token, [RootKey.Create(hsm.Token, TimeProvider.System)]);
        string[] purposes =
            [KeyPurpose.Sad, KeyPurpose.ActivationRows, KeyPurpose.CredentialLink, KeyPurpose.TotpSecret];
        var keys = purposes.Select(purpose => Convert.ToHexString(root.Derive(purpose).Span)).ToArray();

        Assert.Equal(purposes.Length, keys.Distinct(StringComparer.Ordinal).Count());
        Assert.All(keys, key => Assert.Equal(2 * RootKey.Length, key.Length));
    }

    [Fact]
    public void A_purpose_is_derived_by_hkdf_sha256_of_the_root_key()
    {
        var bytes = RandomNumberGenerator.GetBytes(RootKey.Length);
        using var root = RootKey.Unwrap(hsm.Token, [RootKeyWrapping.Wrap(hsm.Token, bytes, TimeProvider.System)]);

        var expected = HKDF.DeriveKey(
            HashAlgorithmName.SHA256, bytes, RootKey.Length, info: "appliance root key v1 sad"u8.ToArray());
        Assert.Equal(expected, root.Derive(KeyPurpose.Sad).ToArray());
    }

    [Fact]
    public void Derived_keys_end_with_the_root_key()
    {
        var root = RootKey.Unwrap(hsm.Token, [RootKey.Create(hsm.Token, TimeProvider.System)]);
        var key = root.Derive(KeyPurpose.Sad);
        root.Dispose();

        Assert.Throws<ObjectDisposedException>(() => key.Span.Length);
    }

    [Theory]
    [InlineData(WrapMechanism.AesGcm)]
    [InlineData(WrapMechanism.AesKeyWrapPad)]
    [InlineData(WrapMechanism.RsaOaep)]
    public void Every_mechanism_of_the_token_wraps_and_finds_out_tampering(WrapMechanism mechanism)
    {
        Assert.Contains(mechanism, hsm.Token.WrapMechanisms);
        var bytes = RandomNumberGenerator.GetBytes(RootKey.Length);
        var row = RootKeyWrapping.Wrap(hsm.Token, bytes, TimeProvider.System, mechanism);

        using (var unwrapped = RootKeyWrapping.Unwrap(hsm.Token, row))
        {
            Assert.Equal(bytes, unwrapped.GetSpan().ToArray());
        }

        for (var at = 0; at < row.Wrapped.Length; at += 7)
        {
            var tampered = row with { Wrapped = [.. row.Wrapped] };
            tampered.Wrapped[at] ^= 1;
            var error = Assert.Throws<RootKeyException>(() => RootKeyWrapping.Unwrap(hsm.Token, tampered));
            Assert.Contains("does not unwrap", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_root_key_that_somebody_else_encrypted_to_the_token_is_refused()
    {
        var row = RootKeyWrapping.Wrap(
            hsm.Token, RandomNumberGenerator.GetBytes(RootKey.Length), TimeProvider.System, WrapMechanism.RsaOaep);
        var spki = hsm.Token.FindKeys(row.WrappingKeyId, "appliance root key wrapping")
            .First(key => key.SubjectPublicKeyInfo is not null)
            .SubjectPublicKeyInfo;
        var forged = hsm.Token.EncryptRsaOaep(
            new KeyReference(row.WrappingKeyId, "appliance root key wrapping", spki), new byte[RootKey.Length]);
        var signature = row.Wrapped[(2 + forged.Data.Length)..];
        var planted = row with { Wrapped = [.. row.Wrapped[..2], .. forged.Data, .. signature] };

        var error = Assert.Throws<RootKeyException>(() => RootKey.Unwrap(hsm.Token, [planted]));

        Assert.Contains("this token did not make it", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_any_copy_the_error_names_init()
    {
        var error = Assert.Throws<RootKeyException>(() => RootKey.Unwrap(hsm.Token, []));

        Assert.Contains("appliance init", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void With_another_token_the_error_names_the_right_one()
    {
        var row = RootKey.Create(hsm.Token, TimeProvider.System);

        var error = Assert.Throws<RootKeyException>(() => RootKey.Unwrap(hsm.Other, [row]));

        Assert.Contains(row.TokenSerial, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_destroyed_wrapping_key_is_named()
    {
        var row = RootKey.Create(hsm.Token, TimeProvider.System);
        RootKey.Discard(hsm.Token, row);

        var error = Assert.Throws<RootKeyException>(() => RootKey.Unwrap(hsm.Token, [row]));

        Assert.Contains("is not in token", error.Message, StringComparison.Ordinal);
        Assert.Empty(hsm.Token.FindKeys(row.WrappingKeyId));
    }

    [Fact]
    public void A_retired_copy_is_not_used()
    {
        var row = RootKey.Create(hsm.Token, TimeProvider.System) with { State = (int)RootKeyState.Retired };

        Assert.Throws<RootKeyException>(() => RootKey.Unwrap(hsm.Token, [row]));
    }
}
