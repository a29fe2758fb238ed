using System.Security.Cryptography;
using Appliance.Pkcs11;
using Appliance.Signing.Algorithms;

namespace Appliance.Signing.Tests.Algorithms;

public sealed class SchemeResolverTests
{
    private const string Sha256 = "2.16.840.1.101.3.4.2.1";
    private const string Sha3With256 = "2.16.840.1.101.3.4.2.8";

    [Theory]
    [InlineData(KeyAlgorithm.Rsa2048, "1.2.840.113549.1.1.11", null, SignatureKind.RsaPkcs1, "SHA256", 32)]
    [InlineData(KeyAlgorithm.Rsa2048, "1.2.840.113549.1.1.13", null, SignatureKind.RsaPkcs1, "SHA512", 64)]
    [InlineData(KeyAlgorithm.Rsa4096, "1.2.840.113549.1.1.1", Sha3With256, SignatureKind.RsaPkcs1, "SHA3-256", 32)]
    [InlineData(KeyAlgorithm.EcP256, "1.2.840.10045.4.3.2", Sha256, SignatureKind.EcdsaDer, "SHA256", 32)]
    [InlineData(KeyAlgorithm.EcP384, "1.2.840.10045.2.1", Sha256, SignatureKind.EcdsaDer, "SHA256", 32)]
    [InlineData(KeyAlgorithm.EcP256, "0.4.0.127.0.7.1.1.4.1.3", null, SignatureKind.EcdsaPlain, "SHA256", 32)]
    public void What_the_client_names_becomes_what_the_token_does(
        KeyAlgorithm key, string signAlgo, string? hashAlgo, SignatureKind kind, string hash, int length)
    {
        var status = Resolve(key, signAlgo, hashAlgo, null, out var scheme);

        Assert.Equal(SigningStatus.Ok, status);
        Assert.NotNull(scheme);
        Assert.Equal(kind, scheme.Kind);
        Assert.Equal(new HashAlgorithmName(hash), scheme.HashAlgorithm);
        Assert.Equal(length, scheme.HashLength);
    }

    [Theory]
    [InlineData(KeyAlgorithm.Rsa2048, "1.2.840.113549.1.1.5", null, SigningStatus.SignatureAlgorithmInvalid)]
    [InlineData(KeyAlgorithm.Rsa2048, "1.2.840.10045.4.3.2", null, SigningStatus.SignatureAlgorithmInvalid)]
    [InlineData(KeyAlgorithm.EcP256, "1.2.840.113549.1.1.11", null, SigningStatus.SignatureAlgorithmInvalid)]
    [InlineData(KeyAlgorithm.Rsa2048, "1.2.840.113549.1.1.1", null, SigningStatus.HashAlgorithmMissing)]
    [InlineData(KeyAlgorithm.EcP256, "1.2.840.10045.2.1", null, SigningStatus.HashAlgorithmMissing)]
    [InlineData(KeyAlgorithm.Rsa2048, "1.2.840.113549.1.1.1", "1.3.14.3.2.26", SigningStatus.HashAlgorithmInvalid)]
    [InlineData(KeyAlgorithm.Rsa2048, "1.2.840.113549.1.1.11", Sha3With256, SigningStatus.HashAlgorithmInvalid)]
    [InlineData(KeyAlgorithm.Rsa2048, "1.2.840.113549.1.1.10", Sha256, SigningStatus.SignatureParametersMissing)]
    public void What_cannot_be_signed_says_why(
        KeyAlgorithm key, string signAlgo, string? hashAlgo, SigningStatus expected)
        => Assert.Equal(expected, Resolve(key, signAlgo, hashAlgo, null, out _));

    [Fact]
    public void Unreadable_pss_parameters_are_refused()
        => Assert.Equal(
            SigningStatus.SignatureParametersInvalid,
            Resolve(KeyAlgorithm.Rsa2048, "1.2.840.113549.1.1.10", Sha256, [0x30, 0x00], out _));

    [Fact]
    public void Pss_parameters_with_SHA_3_are_refused()
    {
        var der = Convert.FromBase64String(
            "MDSgDzANBglghkgBZQMEAggFAKEcMBoGCSqGSIb3DQEBCDANBglghkgBZQMEAggFAKIDAgEg");

        Assert.Equal(
            SigningStatus.SignatureParametersInvalid,
            Resolve(KeyAlgorithm.Rsa2048, "1.2.840.113549.1.1.10", null, der, out _));
    }

    private static SigningStatus Resolve(
        KeyAlgorithm key,
        string signAlgo,
        string? hashAlgo,
        byte[]? parameters,
        out SignatureScheme? scheme)
    {
        var request = new SignHashRequest
        {
            Caller = default,
            CredentialId = Guid.Empty,
            Sad = "",
            Hashes = [],
            SignatureAlgorithm = signAlgo,
            HashAlgorithm = hashAlgo,
            SignatureParameters = parameters,
        };
        return SchemeResolver.Resolve(request, SignatureAlgorithm.For(key), out scheme);
    }
}
