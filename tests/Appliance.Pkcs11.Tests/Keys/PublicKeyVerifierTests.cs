using System.Security.Cryptography;
using Appliance.Pkcs11.Keys;

namespace Appliance.Pkcs11.Tests.Keys;

public sealed class PublicKeyVerifierTests
{
    [Theory]
    [InlineData(2048, "SHA256")]
    [InlineData(3072, "SHA512")]
    public void Our_pss_agrees_with_the_platform_where_the_platform_can(int bits, string hashName)
    {
        var algorithm = new HashAlgorithmName(hashName);
        using var rsa = RSA.Create(bits);
        var hash = CryptographicOperations.HashData(algorithm, "payslip"u8);
        var signature = rsa.SignHash(hash, algorithm, RSASignaturePadding.Pss);
        var scheme = new SignatureScheme(SignatureKind.RsaPss, algorithm);
        var parameters = rsa.ExportParameters(includePrivateParameters: false);
        Assert.True(PssVerifier.Verify(parameters, scheme, hash, signature));

        var shorter = new SignatureScheme(SignatureKind.RsaPss, algorithm, scheme.SaltLength - 1);
        Assert.False(PssVerifier.Verify(parameters, shorter, hash, signature));
        signature[^1] ^= 1;
        Assert.False(PssVerifier.Verify(parameters, scheme, hash, signature));
        signature[^1] ^= 1;
        hash[0] ^= 1;
        Assert.False(PssVerifier.Verify(parameters, scheme, hash, signature));
        Assert.False(PssVerifier.Verify(parameters, scheme, hash, [.. parameters.Modulus!]));
    }

    [Fact]
    public void Public_keys_are_written_as_the_platform_writes_them()
    {
        using var rsa = RSA.Create(2048);
        var parameters = rsa.ExportParameters(includePrivateParameters: false);
        byte[] padded = [0, .. parameters.Modulus!];
        Assert.Equal(rsa.ExportSubjectPublicKeyInfo(), SubjectPublicKeyInfoWriter.Rsa(padded, parameters.Exponent));

        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var q = ecdsa.ExportParameters(includePrivateParameters: false).Q;
        byte[] point = [4, .. q.X!, .. q.Y!];
        byte[] curve = [0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07];
        byte[] wrapped = [4, (byte)point.Length, .. point];
        Assert.Equal(ecdsa.ExportSubjectPublicKeyInfo(), SubjectPublicKeyInfoWriter.Ec(curve, wrapped));
        Assert.Equal(ecdsa.ExportSubjectPublicKeyInfo(), SubjectPublicKeyInfoWriter.Ec(curve, point));
    }
}
