using System.Net;

namespace Appliance.Server.Hosting.Peers;

/// <summary>
/// Who is on the other end of a request: what the connection shows, or what a configured proxy says. Handlers ask here
/// and never a header.
/// </summary>
/// <param name="Address">The client's address, IPv4 never as a mapped IPv6; null on a Unix socket.</param>
/// <param name="Certificate">The client's certificate, DER; null when it showed none.</param>
/// <param name="IsFromAuthority">
/// True: the certificate's chain ends at one of Listen:ClientCertificateAuthorities. False: it is self-signed, or only
/// a proxy has judged it. Then nothing in it is proven but that the client has its key: its name means nothing, and it
/// counts only where this very certificate is registered.
/// </param>
/// <param name="IsProxied">True when a configured proxy said it, false when the connection shows it.</param>
/// <param name="IsSafe">
/// Whether a password may cross: TLS, or the same machine; behind a proxy only where the proxy says that the client
/// came by TLS.
/// </param>
internal sealed record PeerFacts(
    IPAddress? Address, byte[]? Certificate, bool IsFromAuthority, bool IsProxied, bool IsSafe)
{
    /// <summary>What is known of this request's sender.</summary>
    public static PeerFacts Of(HttpContext http) => http.Features.Get<PeerFacts>() ?? OfConnection(http);

    private static PeerFacts OfConnection(HttpContext http)
    {
        var address = http.Connection.RemoteIpAddress is { } remote ? PeerNetworks.Plain(remote) : null;
        var isTls = http.Request.IsHttps;
        var connection = http.Features.Get<PeerConnection>();

        // TLS within what a PROXY header announces goes through the proxy, up to the client.
        var shown = isTls ? http.Features.Get<ShownCertificate>() : connection?.Shown;
        if (connection is null)
        {
            var isSafe = isTls || address is null || IPAddress.IsLoopback(address);
            return new PeerFacts(address, shown?.Der, shown?.IsFromAuthority ?? false, IsProxied: false, isSafe);
        }

        // Whom a proxy serves without a word is not known: its certificate is not theirs, its address says nothing.
        if (connection.Header is null)
        {
            return new PeerFacts(address, null, IsFromAuthority: false, IsProxied: false, isTls || connection.SaysTls);
        }

        return new PeerFacts(
            address, shown?.Der, shown?.IsFromAuthority ?? false, IsProxied: true, isTls || connection.SaysTls);
    }
}
