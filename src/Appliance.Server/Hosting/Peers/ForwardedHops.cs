using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Primitives;

namespace Appliance.Server.Hosting.Peers;

/// <summary>
/// Reads the hops of Forwarded (RFC 7239) and of X-Forwarded-For with X-Forwarded-Proto, in the order in which they
/// were passed: the last one was written by the proxy that speaks to us.
/// </summary>
internal static class ForwardedHops
{
    private const int Most = 32;

    /// <summary>RFC 7239. False: malformed.</summary>
    public static bool TryReadForwarded(StringValues lines, out List<ForwardedHop> hops)
    {
        hops = [];
        foreach (var element in Split(lines.ToString(), ','))
        {
            if (hops.Count == Most || element is null || !TryReadElement(element, out var hop))
            {
                return false;
            }

            hops.Add(hop);
        }

        return true;
    }

    /// <summary>X-Forwarded-For; X-Forwarded-Proto says of the last hop only. False: malformed.</summary>
    public static bool TryReadOlder(StringValues addresses, StringValues protocols, out List<ForwardedHop> hops)
    {
        hops = [];
        foreach (var part in addresses.Count == 0 ? [] : addresses.ToString().Split(','))
        {
            if (hops.Count == Most || !TryReadNode(part.Trim(' ', '\t'), out var address))
            {
                return false;
            }

            hops.Add(new ForwardedHop(address, null));
        }

        if (protocols.Count == 0)
        {
            return true;
        }

        if (!TryReadProtocol(protocols.ToString().Split(',')[^1].Trim(' ', '\t'), out var isTls))
        {
            return false;
        }

        if (hops.Count > 0)
        {
            hops[^1] = hops[^1] with { IsTls = isTls };
        }
        else
        {
            hops.Add(new ForwardedHop(null, isTls));
        }

        return true;
    }

    private static bool TryReadElement(string element, out ForwardedHop hop)
    {
        hop = default;
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var pair in Split(element, ';'))
        {
            if (pair is null)
            {
                return false;
            }

            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1 || !seen.Add(pair[..equals]))
            {
                return false;
            }

            var value = Unquote(pair[(equals + 1)..]);
            if (pair.StartsWith("for=", StringComparison.OrdinalIgnoreCase))
            {
                if (!TryReadNode(value, out var address))
                {
                    return false;
                }

                hop = hop with { Address = address };
            }
            else if (pair.StartsWith("proto=", StringComparison.OrdinalIgnoreCase))
            {
                if (!TryReadProtocol(value, out var isTls))
                {
                    return false;
                }

                hop = hop with { IsTls = isTls };
            }
        }

        return seen.Count > 0;
    }

    /// <summary>
    /// <c>192.0.2.7</c>, <c>192.0.2.7:4711</c>, <c>[2001:db8::7]:4711</c>, <c>2001:db8::7</c>, <c>unknown</c>,
    /// <c>_hidden</c>.
    /// </summary>
    private static bool TryReadNode(string text, out IPAddress? address)
    {
        address = null;
        if (text.Equals("unknown", StringComparison.OrdinalIgnoreCase) || text is ['_', ..])
        {
            return true;
        }

        var colons = text.Count(letter => letter == ':');
        if (text is ['[', ..])
        {
            var end = text.IndexOf(']', StringComparison.Ordinal);
            if (end < 0 || !IsPort(text[(end + 1)..]) || !IPAddress.TryParse(text[1..end], out address)
                || address.AddressFamily != AddressFamily.InterNetworkV6)
            {
                return false;
            }
        }
        else
        {
            var host = colons == 1 ? text[..text.IndexOf(':', StringComparison.Ordinal)] : text;
            if (!IsPort(text[host.Length..]) || !IPAddress.TryParse(host, out address)
                || (address.AddressFamily == AddressFamily.InterNetwork && host.Count(letter => letter == '.') != 3))
            {
                return false;
            }
        }

        address = PeerNetworks.Plain(address);
        return true;
    }

    private static bool IsPort(string text)
        => text.Length == 0 || (text is [':', _, ..] && text.Length <= 6 && text.AsSpan(1).ContainsAnyInRange('0', '9')
            && !text.AsSpan(1).ContainsAnyExceptInRange('0', '9'));

    private static bool TryReadProtocol(string text, out bool isTls)
    {
        isTls = text.Equals("https", StringComparison.OrdinalIgnoreCase);
        return isTls || text.Equals("http", StringComparison.OrdinalIgnoreCase);
    }

    private static string Unquote(string text)
        => text is ['"', .., '"'] ? text[1..^1].Replace("\\", "", StringComparison.Ordinal) : text;

    /// <summary>Parts that a separator within quotes does not part; null: a quote that does not end.</summary>
    private static IEnumerable<string?> Split(string text, char separator)
    {
        var start = 0;
        var isQuoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (isQuoted && text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == '"')
            {
                isQuoted = !isQuoted;
            }
            else if (text[i] == separator && !isQuoted)
            {
                yield return text[start..i].Trim(' ', '\t');
                start = i + 1;
            }
        }

        yield return isQuoted ? null : text[start..].Trim(' ', '\t');
    }
}
