using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Factors;
using Appliance.Storage;

namespace Appliance.Identity;

/// <summary>
/// The e-mail address in a signer's certificate: subjectAltName's rfc822Name, else emailAddress of the subject
/// (RFC 5280 section 4.1.2.6), of the newest certificate that is valid.
/// </summary>
public static class CertificateAddress
{
    private const int Most = 100;

    /// <summary>The address, or null.</summary>
    /// <param name="connection">Any connection.</param>
    /// <param name="signerId">The signer.</param>
    /// <param name="now">Certificates that are not valid then do not count.</param>
    public static string? Find(StoreConnection connection, Guid signerId, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var at = now.ToUnixTimeMilliseconds();
        return connection.Credentials.ListBySigner(signerId, Guid.Empty, Most)
            .Where(row => row.State == CredentialState.Enabled && row.Certificates.Count > 0
                && row.NotBefore <= at && at <= row.NotAfter)
            .OrderByDescending(row => row.NotBefore)
            .Select(row => Of(row.Certificates[0]))
            .FirstOrDefault(address => address is not null);
    }

    private static string? Of(byte[] certificate)
    {
        try
        {
            using var leaf = X509CertificateLoader.LoadCertificate(certificate);
            var address = leaf.GetNameInfo(X509NameType.EmailName, forIssuer: false);
            return address.Length > 0 && ContactRules.CheckEmail(address) is null ? address : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
