using System.Net;
using Microsoft.Extensions.Primitives;

namespace Appliance.Server.Hosting.Peers;

/// <summary>
/// The first thing that happens to a request: what headers say of the client is used when a configured proxy wrote them
/// and the settings name them, and taken off the request in any case.
/// </summary>
internal sealed class PeerScreen(PeerPolicy policy, PeerMetrics metrics, Action<IPAddress?, PeerClaims> audit)
{
    private const string ClientCert = "Client-Cert";
    private const string ClientCertChain = "Client-Cert-Chain";
    private const string Forwarded = "Forwarded";
    private const string ForwardedFor = "X-Forwarded-For";
    private const string ForwardedProto = "X-Forwarded-Proto";
    private const int MostInChain = 10;

    /// <summary>
    /// True: go on. False: a configured proxy's headers are malformed, or their certificate is not accepted.
    /// </summary>
    public bool TryPass(HttpContext http)
    {
        var headers = http.Request.Headers;
        var certificate = Take(headers, ClientCert);
        var chain = Take(headers, ClientCertChain);
        var forwarded = Take(headers, Forwarded);
        var older = Take(headers, ForwardedFor);
        var protocol = Take(headers, ForwardedProto);
        if (http.Features.Get<PeerConnection>() is not { IsProxy: true })
        {
            var claims = (certificate.Count + chain.Count > 0 ? PeerClaims.Certificate : PeerClaims.None)
                | (forwarded.Count + older.Count + protocol.Count > 0 ? PeerClaims.Forwarded : PeerClaims.None);
            if (claims != PeerClaims.None)
            {
                metrics.Refused(PeerMetrics.Headers);
                audit(http.Connection.RemoteIpAddress, claims);
            }

            return true;
        }

        if (policy.Headers == ProxyHeaders.None)
        {
            return true;
        }

        ShownCertificate? shown = null;
        List<ForwardedHop> hops = [];
        var isWellFormed =
            (!policy.Headers.HasFlag(ProxyHeaders.ClientCert) || TryReadCertificate(certificate, chain, out shown))
            && (!policy.Headers.HasFlag(ProxyHeaders.Forwarded) || forwarded.Count == 0
                || ForwardedHops.TryReadForwarded(forwarded, out hops))
            && (!policy.Headers.HasFlag(ProxyHeaders.XForwarded)
                || ForwardedHops.TryReadOlder(older, protocol, out hops));
        if (!isWellFormed)
        {
            metrics.Refused(PeerMetrics.MalformedHeaders);
            audit(http.Connection.RemoteIpAddress, PeerClaims.ProxyHeaders);
            return false;
        }

        Tell(http, shown, hops);
        return true;
    }

    private static StringValues Take(IHeaderDictionary headers, string name)
    {
        if (headers.TryGetValue(name, out var values))
        {
            headers.Remove(name);
        }

        return values;
    }

    /// <summary>RFC 9440 section 2: an Item, and a List that does not come alone.</summary>
    private bool TryReadCertificate(StringValues certificate, StringValues chain, out ShownCertificate? shown)
    {
        shown = null;
        if (certificate.Count == 0)
        {
            return chain.Count == 0;
        }

        if (certificate.Count > 1
            || !StructuredBytes.TryReadItem(certificate.ToString(), out var der)
            || !StructuredBytes.TryReadList(chain.ToString(), MostInChain, out var others))
        {
            return false;
        }

        shown = policy.Certificates.Find(der, others);
        return shown is not null;
    }

    /// <summary>
    /// The client is who came to the first of our own proxies: from the last hop back, as long as proxies of ours wrote
    /// them. What a client wrote before them is passed over.
    /// </summary>
    private void Tell(HttpContext http, ShownCertificate? shown, List<ForwardedHop> hops)
    {
        var at = hops.Count - 1;
        while (at > 0 && policy.Proxies.Contains(hops[at].Address))
        {
            at--;
        }

        var hop = at >= 0 ? hops[at] : default;
        var address = hop.Address ?? http.Connection.RemoteIpAddress;
        var isSafe = hop.IsTls ?? (policy.ProxyTls || shown is not null);
        http.Features.Set(new PeerFacts(
            address, shown?.Der, shown?.IsFromAuthority ?? false, hops.Count > 0 || shown is not null, isSafe));
        if (hop.Address is { } client)
        {
            http.Connection.RemoteIpAddress = client;
            http.Connection.RemotePort = 0;
        }
    }
}
