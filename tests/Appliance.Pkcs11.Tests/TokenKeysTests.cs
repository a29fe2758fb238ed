using System.Security.Cryptography;
using Appliance.Pkcs11.Tests.Tokens;

namespace Appliance.Pkcs11.Tests;

public sealed class TokenKeysTests
{
    private readonly SoftHsm _hsm;

    public TokenKeysTests(SoftHsm hsm) => _hsm = hsm;

    public static TheoryData<KeyAlgorithm> Algorithms => AlgorithmData.All;

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Every_algorithm_signs_with_every_scheme_and_verifies_outside_and_inside(KeyAlgorithm algorithm)
    {
        var key = _hsm.Key(algorithm);
        foreach (var scheme in AlgorithmData.SchemesFor(algorithm))
        {
            var hash = Verification.Hash(scheme, "payslip"u8);
            var signature = _hsm.Payroll.Sign(key, scheme, hash);
            Assert.True(Verification.IsGood(key, scheme, hash, signature), scheme.ToString());
            Assert.True(_hsm.Payroll.Verify(key, scheme, hash, signature), scheme.ToString());

            hash[0] ^= 1;
            Assert.False(Verification.IsGood(key, scheme, hash, signature));
            Assert.False(_hsm.Payroll.Verify(key, scheme, hash, signature));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(62)]
    public void Pss_takes_salts_of_other_lengths_than_the_hash(int saltLength)
    {
        var key = _hsm.Key(KeyAlgorithm.Rsa2048);
        var scheme = new SignatureScheme(SignatureKind.RsaPss, HashAlgorithmName.SHA256, saltLength);
        var hash = Verification.Hash(scheme, "payslip"u8);
        var signature = _hsm.Payroll.Sign(key, scheme, hash);
        Assert.True(_hsm.Payroll.Verify(key, scheme, hash, signature));
    }

    [Fact]
    public void Keys_are_found_by_id_and_label_with_their_public_key()
    {
        var key = _hsm.Key(KeyAlgorithm.EcP384);
        var found = _hsm.Payroll.FindKeys(key.Id.ToArray(), key.Label);
        Assert.Equal([TokenKeyClass.Public, TokenKeyClass.Private], found.Select(k => k.Class));
        Assert.Equal(key.SubjectPublicKeyInfo.ToArray(), found[0].SubjectPublicKeyInfo);
        Assert.Equal(384, key.KeySizeBits);
        Assert.Empty(_hsm.Payroll.FindKeys(key.Id.ToArray(), "another label"));
    }

    [Fact]
    public void A_second_key_of_the_same_name_is_refused()
    {
        var key = _hsm.Key(KeyAlgorithm.EcP256);
        var refusal = Assert.Throws<InvalidOperationException>(
            () => _hsm.Payroll.GenerateKeyPair(KeyAlgorithm.EcP256, key.Id.Span, key.Label));
        Assert.Contains("already has", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_destroyed_key_is_gone()
    {
        var id = "to be destroyed"u8.ToArray();
        var publicKey = _hsm.Payroll.GenerateKeyPair(KeyAlgorithm.EcP256, id, "short-lived");
        var key = new KeyReference(id, "short-lived", publicKey);
        Assert.Equal(2, _hsm.Payroll.DestroyKey(id, "short-lived"));
        Assert.Equal(0, _hsm.Payroll.DestroyKey(id, "short-lived"));

        var scheme = new SignatureScheme(SignatureKind.EcdsaDer, HashAlgorithmName.SHA256);
        var missing = Assert.Throws<InvalidOperationException>(() => _hsm.Payroll.Sign(key, scheme, new byte[32]));
        Assert.Contains("short-lived", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_signing_key_does_nothing_but_sign_and_does_not_leave_the_token()
    {
        var key = _hsm.Key(KeyAlgorithm.Rsa2048);
        var decryption = Assert.Throws<Pkcs11Exception>(
            () => _hsm.Payroll.DecryptRsaOaep(key, new WrappedSecret(WrapMechanism.RsaOaep, [1], new byte[256])));
        Assert.Contains("CKR_KEY_FUNCTION_NOT_PERMITTED (0x00000068)", decryption.Message, StringComparison.Ordinal);
        Assert.Contains("token \"Payroll\"", decryption.Message, StringComparison.Ordinal);
        Assert.Equal("C_DecryptInit", decryption.Function);

        var wrapper = _hsm.Payroll.GenerateWrappingKey(WrapMechanism.AesKeyWrapPad, "exporter"u8, "exporter");
        var export = Assert.Throws<Pkcs11Exception>(() => _hsm.Payroll.Wrap(wrapper, key));
        Assert.Equal(0x6Au, export.ReturnValue);
    }

    [Fact]
    public void Key_names_have_limits()
    {
        Assert.Throws<ArgumentException>(() => new KeyReference([], "x"));
        Assert.Throws<ArgumentException>(() => new KeyReference(new byte[65], "x"));
        Assert.Throws<ArgumentException>(() => new KeyReference([1], new string('x', 129)));
        Assert.Throws<ArgumentException>(() => new KeyReference([1], "x", "not a public key"u8));
        using var small = RSA.Create(1024);
        Assert.Throws<ArgumentException>(() => new KeyReference([1], "x", small.ExportSubjectPublicKeyInfo()));
        using var other = ECDsa.Create(ECCurve.NamedCurves.brainpoolP256r1);
        Assert.Throws<ArgumentException>(() => new KeyReference([1], "x", other.ExportSubjectPublicKeyInfo()));
    }

    [Fact]
    public void A_scheme_or_hash_that_does_not_fit_is_refused_before_the_token_is_asked()
    {
        var key = _hsm.Key(KeyAlgorithm.EcP256);
        var rsa = new SignatureScheme(SignatureKind.RsaPkcs1, HashAlgorithmName.SHA256);
        var ecdsa = new SignatureScheme(SignatureKind.EcdsaDer, HashAlgorithmName.SHA256);
        Assert.Throws<ArgumentException>(() => _hsm.Payroll.Sign(key, rsa, new byte[32]));
        Assert.Throws<ArgumentException>(() => _hsm.Payroll.Sign(key, ecdsa, new byte[20]));
        Assert.Throws<ArgumentException>(() => new SignatureScheme(SignatureKind.RsaPkcs1, HashAlgorithmName.SHA1));
        Assert.Throws<ArgumentException>(() => new SignatureScheme(SignatureKind.RsaPss, HashAlgorithmName.SHA3_256));
        Assert.Throws<ArgumentException>(
            () => new SignatureScheme(SignatureKind.RsaPss, HashAlgorithmName.SHA256, 65));
    }

    [Fact]
    public void Equal_names_and_public_keys_are_one_key()
    {
        var key = _hsm.Key(KeyAlgorithm.EcP256);
        var again = new KeyReference(key.Id.Span, key.Label, key.SubjectPublicKeyInfo.Span);
        Assert.Equal(key, again);
        Assert.Equal(key.GetHashCode(), again.GetHashCode());
        Assert.NotEqual(key, new KeyReference(key.Id.Span, key.Label));
        Assert.NotEqual(key, new KeyReference("other"u8, key.Label, key.SubjectPublicKeyInfo.Span));
    }
}
