using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using Appliance.Timestamping;

namespace Appliance.Server.Options;

/// <summary>How settings write an NTP server: <c>HOST[:PORT]</c>; an IPv6 address with a port in brackets.</summary>
internal static class NtpServerName
{
    private const int LongestHost = 253;

    public static bool TryParse(string text, [NotNullWhen(true)] out SntpServer? server)
    {
        server = null;
        var (host, port) = Split(text);
        if (port is not null
            && !(int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && number is >= 1 and <= 65_535))
        {
            return false;
        }

        if (host.Length > LongestHost || Uri.CheckHostName(host) == UriHostNameType.Unknown)
        {
            return false;
        }

        server = port is null
            ? new SntpServer(host)
            : new SntpServer(host, int.Parse(port, CultureInfo.InvariantCulture));
        return true;
    }

    private static (string Host, string? Port) Split(string text)
    {
        if (text.StartsWith('[') && text.IndexOf(']', StringComparison.Ordinal) is var end and > 0)
        {
            return (text[1..end], text.Length == end + 1 ? null : text[end + 1] == ':' ? text[(end + 2)..] : "");
        }

        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 || IPAddress.TryParse(text, out _) ? (text, null) : (text[..colon], text[(colon + 1)..]);
    }
}
