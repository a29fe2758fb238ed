using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Appliance.Signing.Credentials;

/// <summary>Whether a certificate is one that a client of TLS authenticates with.</summary>
internal static class TlsCertificate
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>True when both extensions are there and say so.</summary>
    /// <param name="der">The certificate.</param>
    public static bool IsFit(byte[] der)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(der);
            var signs = false;
            var authenticates = false;
            foreach (var extension in certificate.Extensions)
            {
                signs |= extension is X509KeyUsageExtension usage
                    && usage.KeyUsages.HasFlag(X509KeyUsageFlags.DigitalSignature);
                authenticates |= extension is X509EnhancedKeyUsageExtension purposes
                    && purposes.EnhancedKeyUsages.OfType<Oid>().Any(oid => oid.Value == ClientAuthentication);
            }

            return signs && authenticates;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
