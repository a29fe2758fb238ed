using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Signing;
using Appliance.Storage;

namespace Appliance.Server.Tests.Csc.Views;

/// <summary>Credentials as Signing describes them.</summary>
internal static class Samples
{
    public static CredentialInfo WithoutCertificate(int number) => Make(number, []);

    public static CredentialInfo WithCertificate(out byte[] leaf, out byte[] issuer)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=\"Pop, Ioana\",O=\"Acme, Inc.\",C=RO", key, HashAlgorithmName.SHA256);
        using var certificate = request.Create(
            new X500DistinguishedName("CN=Demo CA,C=RO"),
            X509SignatureGenerator.CreateForECDsa(key),
            new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
            new DateTimeOffset(2027, 1, 2, 3, 4, 5, TimeSpan.Zero),
            [0x5A, 0xAC, 0x41]);
        leaf = certificate.RawData;
        issuer = [0x30, 0x00];
        return Make(7, [leaf, issuer]);
    }

    private static CredentialInfo Make(int number, IReadOnlyList<byte[]> certificates) => new()
    {
        Id = new Guid(0x0199d2f0, 0, 0x7000, 0x80, 0, 0, 0, 0, 0, 0, (byte)number),
        Description = "payslips",
        KeyEnabled = certificates.Count > 0,
        Algorithms = ["1.2.840.10045.4.3.2", "1.2.840.10045.2.1"],
        KeyLength = 256,
        Curve = "1.2.840.10045.3.1.7",
        Certificates = certificates,
        CertificateStatus = "valid",
        Scal = 2,
        Multisign = 10_000,
        Factors = CredentialFactors.Totp,
    };
}
