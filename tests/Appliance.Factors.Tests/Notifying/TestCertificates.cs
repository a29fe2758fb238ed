using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Appliance.Factors.Tests.Notifying;

/// <summary>Certificates for servers that a test runs.</summary>
internal static class TestCertificates
{
    /// <summary>A certificate for a name that is its own CA.</summary>
    public static X509Certificate2 SelfSigned(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
