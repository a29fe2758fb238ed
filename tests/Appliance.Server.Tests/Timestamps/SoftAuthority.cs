using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Appliance.Server.Tests.Timestamps;

/// <summary>A CA and certificates of units, all with keys in memory: authorities that are not ours.</summary>
internal sealed class SoftAuthority
{
    public const string TimeStamping = "1.3.6.1.5.5.7.3.8";

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public SoftAuthority(DateTimeOffset? until = null)
    {
        var request = new CertificateRequest("CN=Soft Root, O=Strangers", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        Root = request.CreateSelfSigned(Born, until ?? Born.AddYears(20));
    }

    public static DateTimeOffset Born { get; } = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public X509Certificate2 Root { get; }

    /// <summary>A unit's certificate with its key.</summary>
    public X509Certificate2 Issue(
        string purpose = TimeStamping, bool critical = true, DateTimeOffset? until = null, bool rsa = true)
    {
        using var rsaKey = rsa ? RSA.Create(2048) : null;
        using var ecKey = rsa ? null : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = rsaKey is not null
            ? new CertificateRequest(
                "CN=Soft Unit, O=Strangers", rsaKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest("CN=Soft Unit, O=Strangers", ecKey!, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], critical));
        using var bare = request.Create(
            Root.SubjectName,
            X509SignatureGenerator.CreateForECDsa(_key),
            Born,
            until ?? Born.AddYears(10),
            [0x11, .. RandomNumberGenerator.GetBytes(15)]);
        return rsaKey is not null ? bare.CopyWithPrivateKey(rsaKey) : bare.CopyWithPrivateKey(ecKey!);
    }
}
