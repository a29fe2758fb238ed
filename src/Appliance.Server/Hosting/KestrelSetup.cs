using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Appliance.Grpc;
using Appliance.Server.Hosting.Peers;
using Appliance.Server.Options;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Appliance.Server.Hosting;

/// <summary>Addresses, TLS and limits of Kestrel.</summary>
internal static class KestrelSetup
{
    /// <summary>
    /// What gRPC puts before a message, which does not count: the largest one is let in. REST has its own limit.
    /// </summary>
    private const int FrameHeader = 5;

    public static void Configure(KestrelServerOptions kestrel, ApplianceOptions options, PeerDesk peers)
    {
        kestrel.ConfigureForGrpc();
        kestrel.Limits.MaxRequestBodySize = options.Limits.RequestBytes + FrameHeader;
        kestrel.Limits.MaxConcurrentConnections = options.Limits.Connections;
        kestrel.Limits.Http2.MaxStreamsPerConnection = Math.Min(options.Limits.CallsInFlight, 1_000);

        _ = ListenAddress.TryParse(options.Listen.Rest, out var rest);
        _ = ListenAddress.TryParse(options.Listen.Grpc, out var grpc);
        var https = rest!.IsTls || grpc!.IsTls ? Https(options.Listen, peers) : null;
        var shared = rest.EndPoint.Port != 0 && rest.EndPoint.Equals(grpc!.EndPoint);
        Listen(kestrel, rest, peers, https, HttpProtocols.Http1);
        if (!shared)
        {
            Listen(kestrel, grpc!, peers, https, HttpProtocols.Http2);
        }
    }

    /// <summary>
    /// Over TLS, ALPN tells HTTP/2 from HTTP/1.1; plaintext has no such thing, so each port has its own.
    /// </summary>
    private static void Listen(
        KestrelServerOptions kestrel,
        ListenAddress address,
        PeerDesk peers,
        Action<ListenOptions>? https,
        HttpProtocols plain)
        => kestrel.Listen(address.EndPoint, listen =>
        {
            listen.Protocols = address.IsTls ? HttpProtocols.Http1AndHttp2 : plain;
            peers.Guard(listen, address.IsTls);
            if (address.IsTls)
            {
                https!(listen);
            }
        });

    private static Action<ListenOptions> Https(ListenSettings listen, PeerDesk peers)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(listen.Certificate!);
        var certificate = X509Certificate2.CreateFromPemFile(listen.Certificate!, listen.CertificateKey);
        if (listen.ClientCertificates != "off")
        {
            var isRequired = listen.ClientCertificates == "required";
            var tls = new ClientTls(certificate, chain, peers.Policy.Trust, isRequired, peers.Metrics);
            return listener => listener.UseHttps(tls.Options);
        }

        var options = new HttpsConnectionAdapterOptions
        {
            ServerCertificate = certificate,
            ServerCertificateChain = chain,
            SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        };
        return listener => listener.UseHttps(options);
    }
}
