using System.Net;
using System.Net.Sockets;

namespace Appliance.Storage.Tests.Postgres;

/// <summary>
/// Stands between a store and PostgreSQL's loopback port. Armed, it watches for the next COMMIT and ends the connection
/// there: after the server has answered it, or before the server has seen it.
/// </summary>
internal sealed class CuttingProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly int _port;
    private int _armed;

    public CuttingProxy(int port)
    {
        _port = port;
        _listener.Start();
        _ = AcceptAsync();
    }

    private enum Cut
    {
        None,
        BeforeTheServer,
        AfterTheServer,
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Connections that were cut.</summary>
    public int Cuts { get; private set; }

    public void CutBeforeTheServerSeesIt() => Volatile.Write(ref _armed, (int)Cut.BeforeTheServer);

    public void CutWhenTheServerHasAnswered() => Volatile.Write(ref _armed, (int)Cut.AfterTheServer);

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _ = ServeAsync(client);
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _port, _stop.Token);
                var requests = ForwardAsync(client.GetStream(), server.GetStream());
                var answers = server.GetStream().CopyToAsync(client.GetStream(), _stop.Token);
                await Task.WhenAny(requests, answers);
            }
            catch (Exception end) when (end is OperationCanceledException or IOException or SocketException)
            {
                // Either side has gone.
            }
        }
    }

    private async Task ForwardAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[64 * 1024];
        while (await from.ReadAsync(buffer, _stop.Token) is > 0 and var count)
        {
            // The statement's text is in the message that prepares it, and the store's connections are new.
            var cut = buffer.AsSpan(0, count).IndexOf("COMMIT\0"u8) < 0
                ? Cut.None
                : (Cut)Interlocked.Exchange(ref _armed, (int)Cut.None);
            if (cut == Cut.BeforeTheServer)
            {
                Cuts++;
                return;
            }

            await to.WriteAsync(buffer.AsMemory(0, count), _stop.Token);
            if (cut == Cut.AfterTheServer)
            {
                // Its answer is there to be read, and nobody is told.
                Cuts++;
                from.Socket.Close();
                await to.FlushAsync(_stop.Token);
                return;
            }
        }
    }
}
