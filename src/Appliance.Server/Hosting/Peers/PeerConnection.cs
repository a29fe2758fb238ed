namespace Appliance.Server.Hosting.Peers;

/// <summary>
/// What is known of a connection before its first request; not there for most, which show all by themselves.
/// </summary>
/// <param name="IsProxy">
/// True when a configured proxy writes the requests, so that its headers count. A PROXY header names who writes what
/// follows: then that is who must be one.
/// </param>
/// <param name="Header">
/// The PROXY header that the connection began with; null when there was none or it said LOCAL.
/// </param>
/// <param name="SaysTls">Whether the proxy says that the client came by TLS, or the settings do.</param>
/// <param name="Shown">What became of the header's certificate; null without one.</param>
internal sealed record PeerConnection(bool IsProxy, ProxyHeader? Header, bool SaysTls, ShownCertificate? Shown);
