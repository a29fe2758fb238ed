using System.Security.Cryptography;
using Appliance.Pkcs11.Interop;
using Appliance.Pkcs11.Modules;
using Appliance.Pkcs11.Tests.Tokens;

namespace Appliance.Pkcs11.Tests;

/// <summary>Key pairs that a real token makes and does not keep.</summary>
public sealed class TokenWrappedTests
{
    private readonly SoftHsm _hsm;

    public TokenWrappedTests(SoftHsm hsm) => _hsm = hsm;

    public static TheoryData<KeyAlgorithm> Algorithms => [.. Enum.GetValues<KeyAlgorithm>()];

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void A_wrapped_key_signs_and_nothing_of_it_stays_in_the_token(KeyAlgorithm algorithm)
    {
        var label = $"wrapped {algorithm}";
        var made = _hsm.Payroll.GenerateWrappedKeyPair(algorithm, "w"u8, label, Wrapper($"wrapper {algorithm}"));
        var key = new KeyReference("w"u8, label, made.SubjectPublicKeyInfo, made.PrivateKey);
        foreach (var scheme in AlgorithmData.SchemesFor(algorithm))
        {
            var hash = Verification.Hash(scheme, "payslip"u8);
            var signature = _hsm.Payroll.Sign(key, scheme, hash);
            Assert.True(Verification.IsGood(key, scheme, hash, signature), scheme.ToString());
        }

        Assert.Empty(_hsm.Payroll.FindKeys("w"u8.ToArray(), label));
    }

    [Fact]
    public void A_blob_that_was_changed_or_is_another_keys_is_refused()
    {
        var wrapper = Wrapper("wrapper of two");
        var one = _hsm.Payroll.GenerateWrappedKeyPair(KeyAlgorithm.EcP256, "w"u8, "one", wrapper);
        var two = _hsm.Payroll.GenerateWrappedKeyPair(KeyAlgorithm.EcP256, "w"u8, "two", wrapper);
        var scheme = new SignatureScheme(SignatureKind.EcdsaDer, HashAlgorithmName.SHA256);
        var swapped = new KeyReference("w"u8, "one", one.SubjectPublicKeyInfo, two.PrivateKey);
        Assert.Throws<InvalidOperationException>(() => _hsm.Payroll.Sign(swapped, scheme, new byte[32]));

        var blob = one.PrivateKey.Blob.ToArray();
        blob[^1] ^= 1;
        var changed = new KeyReference("w"u8, "one", one.SubjectPublicKeyInfo, new WrappedKey(wrapper, blob));
        Assert.Throws<Pkcs11Exception>(() => _hsm.Payroll.Sign(changed, scheme, new byte[32]));
    }

    [Fact]
    public unsafe void The_wrapping_key_turns_no_wrapped_key_into_a_plain_one()
    {
        var wrapper = Wrapper("wrapper that does not decrypt");
        var token = _hsm.Payroll;
        using var session = TokenSession.Open(token.Module, token.Info, readWrite: false);
        var handle = session.FindKey(CKO.CKO_SECRET_KEY, wrapper);
        foreach (var use in (ReadOnlySpan<uint>)[CKA.CKA_DECRYPT, CKA.CKA_ENCRYPT, CKA.CKA_EXTRACTABLE])
        {
            Assert.Equal([0], session.Get(handle, use)!);
        }

        var iv = stackalloc byte[16];
        var mechanism = new CK_MECHANISM
        {
            mechanism = new(CKM.CKM_AES_KEY_WRAP_PAD),
        };
        Assert.NotEqual(CKR.CKR_OK, token.Api.C_DecryptInit(session.Handle, &mechanism, handle));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(20)]
    [InlineData(8200)]
    public void What_cannot_be_a_wrapped_key_is_refused(int length)
        => Assert.Throws<ArgumentException>(() => new WrappedKey(new KeyReference([1], "any"), new byte[length]));

    [Fact]
    public void References_with_different_blobs_are_different()
    {
        var wrapper = new KeyReference([1], "wrapper");
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var spki = ecdsa.ExportSubjectPublicKeyInfo();
        var blob = new byte[16];
        var plain = new KeyReference([1], "key", spki);
        var one = new KeyReference([1], "key", spki, new WrappedKey(wrapper, blob));
        var same = new KeyReference([1], "key", spki, new WrappedKey(wrapper, blob));
        blob[3] = 1;
        var other = new KeyReference([1], "key", spki, new WrappedKey(wrapper, blob));
        Assert.Equal(one, same);
        Assert.NotEqual(one, other);
        Assert.NotEqual(one, plain);
        Assert.NotEqual(plain, one);
    }

    private KeyReference Wrapper(string name)
        => _hsm.Payroll.GenerateKeyWrappingKey(System.Text.Encoding.UTF8.GetBytes(name), name);
}
