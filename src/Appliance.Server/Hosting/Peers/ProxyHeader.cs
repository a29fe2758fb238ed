using System.Net;

namespace Appliance.Server.Hosting.Peers;

/// <summary>What a PROXY header says.</summary>
/// <param name="Source">
/// The client's end; null: the proxy speaks for itself (LOCAL), or for a client that has no address (UNSPEC, UNIX).
/// </param>
/// <param name="IsLocal">True for LOCAL: the proxy's own connection, as for its health checks.</param>
/// <param name="IsTls">Whether the client came to the proxy by TLS; null when the header does not say.</param>
/// <param name="Certificate">The certificate that the client showed and the proxy verified, DER; null: none.</param>
internal sealed record ProxyHeader(IPEndPoint? Source, bool IsLocal, bool? IsTls, byte[]? Certificate);
