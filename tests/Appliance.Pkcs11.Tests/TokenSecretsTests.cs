using System.Security.Cryptography;
using Appliance.Pkcs11.Tests.Tokens;

namespace Appliance.Pkcs11.Tests;

public sealed class TokenSecretsTests
{
    private readonly SoftHsm _hsm;

    public TokenSecretsTests(SoftHsm hsm) => _hsm = hsm;

    [Fact]
    public void The_token_offers_every_way_to_wrap_best_first()
        => Assert.Equal(
            [WrapMechanism.AesKeyWrapPad, WrapMechanism.AesGcm, WrapMechanism.RsaOaep], _hsm.Payroll.WrapMechanisms);

    [Theory]
    [InlineData(WrapMechanism.AesKeyWrapPad)]
    [InlineData(WrapMechanism.AesGcm)]
    [InlineData(WrapMechanism.RsaOaep)]
    public void A_root_key_goes_out_wrapped_and_comes_back(WrapMechanism mechanism)
    {
        var name = $"root {mechanism}";
        var wrapper = _hsm.Payroll.GenerateWrappingKey(mechanism, System.Text.Encoding.UTF8.GetBytes(name), name);
        var secret = RandomNumberGenerator.GetBytes(32);
        var wrapped = _hsm.Payroll.WrapSecret(wrapper, mechanism, secret);
        Assert.Equal(mechanism, wrapped.Mechanism);
        Assert.Equal(-1, wrapped.Data.AsSpan().IndexOf(secret));

        using (var back = _hsm.Payroll.UnwrapSecret(wrapper, wrapped))
        {
            Assert.Equal(secret, back.GetSpan().ToArray());
        }

        wrapped.Data[^1] ^= 1;
        Assert.Throws<Pkcs11Exception>(() => _hsm.Payroll.UnwrapSecret(wrapper, wrapped));
    }

    [Fact]
    public void Key_wrap_is_rfc_5649()
    {
        // A key of known value, put into the token by its own tool, so that the platform can undo the wrapping.
        using var aes = Aes.Create();
        aes.Key = _hsm.KnownAesKey;
        using var token = _hsm.OpenLoggedIn("Keys");
        var wrapper = new KeyReference([0x4B], "known");
        var secret = RandomNumberGenerator.GetBytes(24);
        var wrapped = token.WrapSecret(wrapper, WrapMechanism.AesKeyWrapPad, secret);
        Assert.Equal(secret, aes.DecryptKeyWrapPadded(wrapped.Data));

        using var software = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var imported = new KeyReference("imported"u8, "imported", software.ExportSubjectPublicKeyInfo());
        token.Unwrap(wrapper, aes.EncryptKeyWrapPadded(software.ExportPkcs8PrivateKey()), imported);
        var scheme = new SignatureScheme(SignatureKind.EcdsaPlain, HashAlgorithmName.SHA384);
        var hash = Verification.Hash(scheme, "payslip"u8);
        Assert.True(Verification.IsGood(imported, scheme, hash, token.Sign(imported, scheme, hash)));

        using var another = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var mistaken = new KeyReference("mistaken"u8, "mistaken", software.ExportSubjectPublicKeyInfo());
        Assert.Throws<InvalidOperationException>(
            () => token.Unwrap(wrapper, aes.EncryptKeyWrapPadded(another.ExportPkcs8PrivateKey()), mistaken));
        Assert.Empty(token.FindKeys("mistaken"u8.ToArray()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(192)]
    public void A_secret_that_would_not_come_back_as_it_was_is_refused(int length)
        => Assert.Throws<ArgumentException>(() => _hsm.Payroll.WrapSecret(
            new KeyReference([1], "any"), WrapMechanism.AesKeyWrapPad, new byte[length]));

    [Fact]
    public void Gcm_binds_the_associated_data()
    {
        var key = _hsm.Payroll.GenerateWrappingKey(WrapMechanism.AesGcm, "gcm"u8, "gcm");
        var secret = _hsm.Payroll.EncryptAesGcm(key, "secret"u8, "signer 1"u8);
        using (var back = _hsm.Payroll.DecryptAesGcm(key, secret, "signer 1"u8))
        {
            Assert.Equal("secret"u8.ToArray(), back.GetSpan().ToArray());
        }

        Assert.Throws<Pkcs11Exception>(() => _hsm.Payroll.DecryptAesGcm(key, secret, "signer 2"u8));
    }
}
