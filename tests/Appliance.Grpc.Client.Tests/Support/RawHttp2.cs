using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Appliance.Grpc.Client.Tests.Support;

/// <summary>
/// The least of an HTTP/2 server (RFC 9113), for what Kestrel never does: it answers each stream's headers as told, and
/// never opens a window.
/// </summary>
internal sealed class RawHttp2 : IAsyncDisposable
{
    public const byte Headers = 1;
    public const byte Data = 0;
    public const byte Reset = 3;
    public const byte GoAway = 7;
    public const byte EndStream = 1;
    private const byte EndHeaders = 4;
    private const byte Settings = 4;
    private const byte Ping = 6;
    private const int PrefaceLength = 24;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<NetworkStream, int, Task> _answer;
    private readonly Task _accepting;

    /// <param name="answer">Called for each request with the connection and the stream's number.</param>
    public RawHttp2(Func<NetworkStream, int, Task> answer)
    {
        _answer = answer;
        _listener.Start();
        Address = new Uri($"http://{_listener.LocalEndpoint}");
        _accepting = AcceptAsync();
    }

    public Uri Address { get; }

    public static ValueTask SendAsync(NetworkStream connection, byte type, byte flags, int stream, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        frame[3] = type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, 9);
        return connection.WriteAsync(frame, TestContext.Current.CancellationToken);
    }

    /// <summary>A header block without compression (RFC 7541, section 6.2.2).</summary>
    public static ValueTask SendHeadersAsync(
        NetworkStream connection, int stream, byte flags, params (string Name, string Value)[] fields)
    {
        var block = new List<byte>();
        foreach (var (name, value) in fields)
        {
            block.AddRange([0, (byte)name.Length, .. Encoding.ASCII.GetBytes(name)]);
            block.AddRange([(byte)value.Length, .. Encoding.ASCII.GetBytes(value)]);
        }

        return SendAsync(connection, Headers, (byte)(EndHeaders | flags), stream, [.. block]);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var served = new List<Task>();
        try
        {
            while (true)
            {
                served.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(served);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var owned = client;
        var connection = client.GetStream();
        try
        {
            await connection.ReadExactlyAsync(new byte[PrefaceLength], _stop.Token);
            await SendAsync(connection, Settings, 0, 0, []);
            var header = new byte[9];
            while (true)
            {
                await connection.ReadExactlyAsync(header, _stop.Token);
                var payload = new byte[BinaryPrimitives.ReadInt32BigEndian(header) >>> 8];
                await connection.ReadExactlyAsync(payload, _stop.Token);
                if (header[3] is Settings or Ping && header[4] == 0)
                {
                    await SendAsync(connection, header[3], 1, 0, header[3] == Ping ? payload : []);
                }
                else if (header[3] == Headers)
                {
                    await _answer(connection, BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5)));
                }
            }
        }
        catch (Exception exception)
            when (exception is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The client left, the test ended, or the answer closed the connection.
        }
    }
}
