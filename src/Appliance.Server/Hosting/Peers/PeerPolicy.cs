using System.Security.Cryptography.X509Certificates;
using Appliance.Server.Options;

namespace Appliance.Server.Hosting.Peers;

/// <summary>Whom to believe what, from settings that <see cref="OptionsRules"/> has checked.</summary>
internal sealed class PeerPolicy
{
    public PeerPolicy(ListenSettings listen, TimeProvider time)
    {
        _ = PeerNetworks.TryParse(listen.Proxies, out var proxies);
        Proxies = proxies!;
        _ = PeerNames.TryReadProxyProtocol(listen.ProxyProtocol, out var mode);
        ProxyProtocol = mode;
        _ = PeerNames.TryReadHeaders(listen.ProxyHeaders, out var headers);
        Headers = headers;
        HeaderPatience = TimeSpan.FromSeconds(listen.ProxyHeaderSeconds);
        ProxyTls = listen.ProxyTls;
        var authorities = new X509Certificate2Collection();
        if (!string.IsNullOrEmpty(listen.ClientCertificateAuthorities))
        {
            authorities.ImportFromPemFile(listen.ClientCertificateAuthorities);
        }

        _ = PeerNames.TryReadRevocation(listen.ClientCertificateRevocation, out var revocation);
        Trust = new ClientCertificateTrust(authorities, revocation, time);
        Certificates = new ProxiedCertificates(Trust, time);
    }

    public PeerNetworks Proxies { get; }

    public ProxyProtocolMode ProxyProtocol { get; }

    /// <summary>Which headers of configured proxies count.</summary>
    public ProxyHeaders Headers { get; }

    /// <summary>How long a PROXY header may take.</summary>
    public TimeSpan HeaderPatience { get; }

    /// <summary>Configured proxies take TLS connections only.</summary>
    public bool ProxyTls { get; }

    public ClientCertificateTrust Trust { get; }

    public ProxiedCertificates Certificates { get; }
}
