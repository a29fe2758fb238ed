using System.Net;

namespace Appliance.Server.Hosting.Peers;

/// <summary>One hop as Forwarded or X-Forwarded-For tells it.</summary>
/// <param name="Address">Who came to it; null: unknown or hidden.</param>
/// <param name="IsTls">Whether by TLS; null: it does not say.</param>
internal readonly record struct ForwardedHop(IPAddress? Address, bool? IsTls);
