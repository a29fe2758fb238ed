using System.Net;
using System.Net.Sockets;
using Appliance.Server.Options;

namespace Appliance.Server.Commands.Checks;

/// <summary>The addresses to listen on can be bound now.</summary>
internal static class ListenChecks
{
    public static void Examine(CheckList list, ApplianceOptions options)
    {
        foreach (var address in new[] { options.Listen.Rest, options.Listen.Grpc }.Distinct(StringComparer.Ordinal))
        {
            if (ListenAddress.TryParse(address, out var parsed))
            {
                Bind(list, parsed.EndPoint);
            }
        }
    }

    private static void Bind(CheckList list, IPEndPoint address)
    {
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(address);
            list.Ok("listen", $"{address} is free");
        }
        catch (SocketException error)
        {
            list.Fail("listen", $"{address} cannot be bound ({error.SocketErrorCode}); choose another or stop its user.");
        }
    }
}
