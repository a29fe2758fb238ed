using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Server.Options;

namespace Appliance.Server.Commands.Checks;

/// <summary>The addresses to listen on can be bound now, and the TLS certificate lasts and has its key.</summary>
internal static class ListenChecks
{
    public static void Examine(CheckList list, ListenSettings settings, DateTimeOffset now)
    {
        var isTls = false;
        foreach (var address in new[] { settings.Rest, settings.Grpc }.Distinct(StringComparer.Ordinal))
        {
            if (ListenAddress.TryParse(address, out var parsed))
            {
                isTls |= parsed.IsTls;
                Bind(list, parsed.EndPoint);
            }
        }

        if (isTls)
        {
            list.Look("TLS", () => ExamineCertificate(list, settings, now));
        }
    }

    private static void ExamineCertificate(CheckList list, ListenSettings settings, DateTimeOffset now)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPemFile(settings.Certificate!, settings.CertificateKey);
            var notAfter = new DateTimeOffset(certificate.NotAfter.ToUniversalTime());
            CertificateChecks.Report(list, "TLS", $"{certificate.Subject}, with its key", notAfter, now);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            list.Fail("TLS", $"{settings.Certificate} and {settings.CertificateKey} are no pair: {error.Message}");
        }
    }

    private static void Bind(CheckList list, IPEndPoint address)
    {
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(address);
            list.Ok("listen", $"{address} is free");
        }
        catch (SocketException error)
        {
            list.Fail(
                "listen", $"{address} cannot be bound ({error.SocketErrorCode}); choose another or stop its user.");
        }
    }
}
