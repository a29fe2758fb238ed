using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Appliance.Server.Commands.Timestamps;

/// <summary>Certificates that a command line names: PEM, however many, or one in DER.</summary>
internal static class CertificateFile
{
    /// <summary>A system's whole list of authorities has some 250 KiB.</summary>
    private const int LargestFile = 4 * 1024 * 1024;

    /// <exception cref="CommandException">It cannot be read, or has none.</exception>
    public static X509Certificate2Collection Load(FileInfo file)
    {
        var content = FileContent.Read(file.FullName, LargestFile);
        var certificates = new X509Certificate2Collection();
        try
        {
            if (content is [0x30, ..])
            {
                certificates.Add(X509CertificateLoader.LoadCertificate(content));
            }
            else
            {
                certificates.ImportFromPem(Encoding.UTF8.GetString(content));
            }
        }
        catch (CryptographicException)
        {
            throw new CommandException($"{file.FullName} has a certificate that cannot be read.");
        }

        return certificates.Count > 0
            ? certificates
            : throw new CommandException($"{file.FullName} has no certificate in PEM or DER.");
    }
}
