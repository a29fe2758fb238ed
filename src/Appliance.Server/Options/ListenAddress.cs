using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Appliance.Server.Options;

/// <summary>One address to listen on: an IP address, a port, and whether TLS is spoken there.</summary>
/// <param name="EndPoint">The address; port 0 lets the system choose one.</param>
/// <param name="IsTls">True for https.</param>
internal sealed record ListenAddress(IPEndPoint EndPoint, bool IsTls)
{
    public bool IsLoopback => IPAddress.IsLoopback(EndPoint.Address);

    /// <summary>Reads <c>http://ADDRESS:PORT</c> or <c>https://ADDRESS:PORT</c>; localhost is 127.0.0.1, * all.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ListenAddress? address)
    {
        address = null;
        var isTls = text.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
        if (!isTls && !text.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var rest = text[(isTls ? 8 : 7)..].TrimEnd('/');
        var colon = rest.LastIndexOf(':');
        if (colon < 1
            || !ushort.TryParse(rest[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || !TryParseHost(rest[..colon], out var ip))
        {
            return false;
        }

        address = new ListenAddress(new IPEndPoint(ip, port), isTls);
        return true;
    }

    public override string ToString() => $"{(IsTls ? "https" : "http")}://{EndPoint}";

    private static bool TryParseHost(string host, [NotNullWhen(true)] out IPAddress? ip)
    {
        switch (host)
        {
            case "localhost":
                ip = IPAddress.Loopback;
                return true;
            case "*" or "+":
                ip = IPAddress.IPv6Any; // Dual mode: IPv4 as well.
                return true;
            default:
                // IPAddress takes "1" for 0.0.0.1; nobody means that.
                return IPAddress.TryParse(host, out ip)
                    && (ip.AddressFamily == AddressFamily.InterNetworkV6 ? host[0] == '[' : host.Count(c => c == '.') == 3);
        }
    }
}
