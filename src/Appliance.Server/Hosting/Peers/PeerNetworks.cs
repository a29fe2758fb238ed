using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Appliance.Server.Hosting.Peers;

/// <summary>Addresses that belong together: networks in CIDR notation (RFC 4632) and single addresses.</summary>
internal sealed class PeerNetworks
{
    /// <summary>Of an IPv6 address: the first 64 bits.</summary>
    private const int SubscriberBytes = 8;

    private static readonly char[] s_separators = [',', ' '];

    private readonly IPNetwork[] _networks;

    private PeerNetworks(IPNetwork[] networks) => _networks = networks;

    public bool IsEmpty => _networks.Length == 0;

    /// <summary>Networks separated by commas or spaces; none is none.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out PeerNetworks? networks)
    {
        networks = null;
        var parts = (text ?? "").Split(s_separators, StringSplitOptions.RemoveEmptyEntries);
        var parsed = new IPNetwork[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            var part = parts[i];
            if (!part.Contains('/', StringComparison.Ordinal) && IPAddress.TryParse(part, out var address))
            {
                address = Plain(address);
                parsed[i] = new IPNetwork(address, address.GetAddressBytes().Length * 8);
            }
            else if (!IPNetwork.TryParse(part, out parsed[i]))
            {
                return false;
            }
        }

        networks = new PeerNetworks(parsed);
        return true;
    }

    public bool Contains(IPAddress? address)
    {
        if (address is null || _networks.Length == 0)
        {
            return false;
        }

        var plain = Plain(address);
        foreach (var network in _networks)
        {
            if (network.Contains(plain))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What a socket of both families shows of an IPv4 client is that client's address.</summary>
    public static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    /// <summary>What one subscriber has: an IPv4 address, or the /64 of an IPv6 address.</summary>
    public static IPAddress Subscriber(IPAddress address)
    {
        var plain = Plain(address);
        if (plain.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return plain;
        }

        var bytes = plain.GetAddressBytes();
        bytes.AsSpan(SubscriberBytes).Clear();
        return new IPAddress(bytes);
    }
}
