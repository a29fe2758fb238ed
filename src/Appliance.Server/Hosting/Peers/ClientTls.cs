using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Appliance.Server.Hosting.Peers;

/// <summary>TLS that asks clients for a certificate (RFC 8446 section 4.3.2) and judges it.</summary>
internal sealed class ClientTls
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly SslStreamCertificateContext _server;
    private readonly ClientCertificateTrust _trust;
    private readonly bool _isRequired;
    private readonly PeerMetrics _metrics;

    /// <summary>Makes it.</summary>
    /// <param name="certificate">The server's, with its key.</param>
    /// <param name="chain">The authorities to send along.</param>
    /// <param name="trust">The judge.</param>
    /// <param name="isRequired">False: a client may come without.</param>
    /// <param name="metrics">Counts those that are refused.</param>
    public ClientTls(
        X509Certificate2 certificate,
        X509Certificate2Collection chain,
        ClientCertificateTrust trust,
        bool isRequired,
        PeerMetrics metrics)
    {
        _server = SslStreamCertificateContext.Create(certificate, chain, offline: true);
        _trust = trust;
        _isRequired = isRequired;
        _metrics = metrics;
    }

    public TlsHandshakeCallbackOptions Options => new()
    {
        OnConnection = context => ValueTask.FromResult(For(context.Connection)),
        HandshakeTimeout = s_patience,
    };

    /// <summary>
    /// The names of the authorities are not sent: a client would take its self-signed certificate for unwanted.
    /// </summary>
    private SslServerAuthenticationOptions For(ConnectionContext connection) => new()
    {
        ServerCertificateContext = _server,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        ClientCertificateRequired = true,
        CertificateChainPolicy = _trust.PlatformPolicy(),
        RemoteCertificateValidationCallback = (_, certificate, chain, _) => Judge(connection, certificate, chain),
    };

    private bool Judge(ConnectionContext connection, X509Certificate? certificate, X509Chain? chain)
    {
        if (certificate is not X509Certificate2 shown)
        {
            return !_isRequired;
        }

        var verdict = _trust.Judge(shown, chain?.ChainPolicy.ExtraStore ?? []);
        if (!ClientCertificateTrust.Accepts(verdict))
        {
            _metrics.Refused(PeerMetrics.Certificate);
            return false;
        }

        connection.Features.Set(new ShownCertificate(shown.RawData, verdict == CertificateVerdict.FromAuthority));
        return true;
    }
}
