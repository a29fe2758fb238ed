using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Appliance.Server.Tests.Hosting.Peers;

/// <summary>Certificates with their keys, made on the spot.</summary>
internal static class TestCertificates
{
    public const string ForClients = "1.3.6.1.5.5.7.3.2";
    public const string ForServers = "1.3.6.1.5.5.7.3.1";

    public static X509Certificate2 SelfSigned(
        string subject, DateTimeOffset now, double hours = 1, string? use = null, bool isAuthority = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Request(subject, key, use, isAuthority).CreateSelfSigned(now.AddHours(-2), now.AddHours(hours));
    }

    public static X509Certificate2 Issue(
        X509Certificate2 authority, string subject, DateTimeOffset now, double hours = 0.5, string? use = ForClients)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var issued = Request(subject, key, use, isAuthority: false)
            .Create(authority, now.AddHours(-1), now.AddHours(hours), RandomNumberGenerator.GetBytes(8));
        return issued.CopyWithPrivateKey(key);
    }

    /// <summary>As a proxy writes it (RFC 9440 section 2.1).</summary>
    public static string Field(this X509Certificate2 certificate) => $":{Convert.ToBase64String(certificate.RawData)}:";

    public static string Digest(this X509Certificate2 certificate)
        => Convert.ToHexString(SHA256.HashData(certificate.RawData))[..8];

    private static CertificateRequest Request(string subject, ECDsa key, string? use, bool isAuthority)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, critical: true));
        if (use is not null)
        {
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], critical: false));
        }

        return request;
    }
}
