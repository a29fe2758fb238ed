using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Appliance.Server.Options;

/// <summary>An address to listen on: scheme, IP literal, port.</summary>
internal sealed record ListenAddress(IPEndPoint EndPoint, bool IsTls)
{
    public bool IsLoopback => IPAddress.IsLoopback(EndPoint.Address);

    public static bool TryParse(string? text, [NotNullWhen(true)] out ListenAddress? address)
    {
        address = null;
        if (text is null)
        {
            return false;
        }

        var isTls = text.StartsWith("https://", StringComparison.Ordinal);
        if (!isTls && !text.StartsWith("http://", StringComparison.Ordinal))
        {
            return false;
        }

        // IPEndPoint takes a bare address too; without a port there is nothing to connect to.
        var rest = text[(isTls ? 8 : 7)..].TrimEnd('/');
        if (!rest.AsSpan(rest.LastIndexOf(']') + 1).Contains(':') || !IPEndPoint.TryParse(rest, out var endPoint))
        {
            return false;
        }

        address = new ListenAddress(endPoint, isTls);
        return true;
    }

    /// <summary>As a client writes it, with the port that was bound.</summary>
    public string Url(int port) => $"{(IsTls ? "https" : "http")}://{new IPEndPoint(EndPoint.Address, port)}";
}
