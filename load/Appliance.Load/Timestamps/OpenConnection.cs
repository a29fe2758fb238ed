using System.Net;
using System.Net.Sockets;

namespace Appliance.Load.Timestamps;

/// <summary>A connection of the open loop and the request in flight on it.</summary>
internal sealed class OpenConnection : IDisposable
{
    private readonly Socket _socket;

    public OpenConnection(IPEndPoint endPoint)
    {
        _socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _socket.Connect(endPoint);
        Descriptor = (int)_socket.Handle;
    }

    public int Descriptor { get; }

    public ReplyReader Reader { get; } = new();

    /// <summary>When the request was due.</summary>
    public long Due { get; set; }

    /// <summary>Index of the request.</summary>
    public int Request { get; set; }

    public void Dispose() => _socket.Dispose();
}
