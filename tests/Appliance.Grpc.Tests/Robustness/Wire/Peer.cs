using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Appliance.Grpc.Tests.Robustness.Wire;

/// <summary>The client's end of a connection: sends whatever it is given, and takes in what comes back.</summary>
internal sealed class Peer : IAsyncDisposable
{
    private const int LargestData = 16_384;
    private const int LargestFrame = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly Socket _socket;
    private readonly Dictionary<uint, Answer> _answers = [];
    private readonly Dictionary<uint, long> _credits = [];
    private readonly List<byte> _block = [];
    private readonly Task _receiving;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte _blockFlags;
    private ulong _pong;
    private long _connectionWindow = 65_535;
    private long _streamWindow = 65_535;

    private Peer(Socket socket)
    {
        _socket = socket;
        _receiving = Task.Run(ReceiveAsync, CancellationToken.None);
    }

    /// <summary>The server has closed the connection, or broken it.</summary>
    public bool Closed { get; private set; }

    /// <summary>The server answered in HTTP/1.1.</summary>
    public bool IsHttp1 { get; private set; }

    /// <summary>The code of GOAWAY; null when none came.</summary>
    public uint? GoAwayCode { get; private set; }

    /// <summary>Frames that no server may send.</summary>
    public string? Violation { get; private set; }

    /// <summary>The first rule that any answer broke, owed or not.</summary>
    public string? AnswerViolation
    {
        get
        {
            lock (_gate)
            {
                return _answers.Values.Select(answer => answer.Violation).FirstOrDefault(wrong => wrong is not null);
            }
        }
    }

    /// <summary>The next stream to open.</summary>
    public uint NextStream { get; set; } = 1;

    public static async Task<Peer> ConnectAsync(int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellationToken);
        return new Peer(socket);
    }

    /// <summary>The answer on a stream as far as it has come; an empty one before.</summary>
    public Answer AnswerOn(uint stream)
    {
        lock (_gate)
        {
            return Find(stream);
        }
    }

    /// <summary>Sends. A connection that the server has closed takes nothing more, which is no error here.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            while (!bytes.IsEmpty)
            {
                bytes = bytes[await _socket.SendAsync(bytes, cancellationToken)..];
            }
        }
        catch (SocketException)
        {
            Close();
        }
    }

    /// <summary>Sends DATA as the server's windows allow; stops when the server has answered.</summary>
    /// <returns>False when the window stayed shut.</returns>
    public async Task<bool> SendBodyAsync(
        uint stream, ReadOnlyMemory<byte> body, TimeSpan limit, CancellationToken cancellationToken)
    {
        while (!body.IsEmpty)
        {
            var credit = 0L;
            var moved = await UntilAsync(() => Closed || Find(stream).IsOver || (credit = Credit(stream)) > 0, limit);
            if (!moved)
            {
                return false;
            }

            if (credit <= 0)
            {
                return true;
            }

            var size = (int)Math.Min(Math.Min(credit, LargestData), body.Length);
            lock (_gate)
            {
                _connectionWindow -= size;
                _credits[stream] = _credits.GetValueOrDefault(stream) - size;
            }

            var end = size == body.Length ? Http2.EndStream : 0;
            await SendAsync(Http2.Frame(Http2.Data, end, stream, body.Span[..size]), cancellationToken);
            body = body[size..];
        }

        return true;
    }

    /// <summary>True once the server has answered a PING: it then has seen all that was sent before.</summary>
    public async Task<bool> PingAsync(ulong number, TimeSpan limit, CancellationToken cancellationToken)
    {
        var payload = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(payload, number);
        await SendAsync(Http2.Frame(Http2.Ping, 0, 0, payload), cancellationToken);
        return await UntilAsync(() => Closed || _pong == number, limit);
    }

    /// <summary>Waits for a condition; it is looked at whenever something has come.</summary>
    public async Task<bool> UntilAsync(Func<bool> condition, TimeSpan limit)
    {
        using var patience = new CancellationTokenSource(limit);
        try
        {
            while (true)
            {
                Task changed;
                lock (_gate)
                {
                    if (condition())
                    {
                        return true;
                    }

                    changed = _changed.Task;
                }

                await changed.WaitAsync(patience.Token);
            }
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Sends no more, but goes on reading: FIN.</summary>
    public void Finish()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            Close();
        }
    }

    /// <summary>Breaks the connection: RST.</summary>
    public void Abort()
    {
        _socket.LingerState = new LingerOption(enable: true, seconds: 0);
        _socket.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_socket.SafeHandle.IsClosed)
        {
            Abort(); // Leaves no TIME_WAIT: there are more connections than ports.
        }

        await _receiving;
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[LargestFrame];
        var filled = 0;
        try
        {
            while (true)
            {
                var read = await _socket.ReceiveAsync(buffer.AsMemory(filled), CancellationToken.None);
                if (read == 0)
                {
                    break;
                }

                var rest = Take(buffer.AsSpan(0, filled + read));
                rest.CopyTo(buffer);
                filled = rest.Length;
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Broken by either side; what that means the case knows.
        }

        Close();
    }

    private ReadOnlySpan<byte> Take(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            while (!IsHttp1 && bytes.Length >= Http2.HeaderLength)
            {
                if (bytes.StartsWith("HTTP/1.1 "u8))
                {
                    IsHttp1 = true;
                    return [];
                }

                var length = (int)(BinaryPrimitives.ReadUInt32BigEndian(bytes) >> 8);
                if (length > LargestData)
                {
                    Violation ??= $"a frame of {length} bytes";
                    return [];
                }

                if (bytes.Length < Http2.HeaderLength + length)
                {
                    break;
                }

                TakeFrame(
                    bytes[3],
                    bytes[4],
                    BinaryPrimitives.ReadUInt32BigEndian(bytes[5..]),
                    bytes.Slice(Http2.HeaderLength, length));
                bytes = bytes[(Http2.HeaderLength + length)..];
            }

            Signal();
            return IsHttp1 ? [] : bytes;
        }
    }

    private void TakeFrame(byte type, byte flags, uint stream, ReadOnlySpan<byte> payload)
    {
        switch (type)
        {
            case Http2.Data:
                Find(stream).TakeData(payload, (flags & Http2.EndStream) != 0);
                break;
            case Http2.Headers:
                _blockFlags = flags;
                TakeBlock(flags, stream, payload);
                break;
            case Http2.Continuation:
                TakeBlock(flags, stream, payload);
                break;
            case Http2.Reset:
                Find(stream).TakeReset(BinaryPrimitives.ReadUInt32BigEndian(payload));
                break;
            case Http2.Settings when (flags & Http2.Ack) == 0:
                TakeSettings(payload);
                break;
            case Http2.Ping when (flags & Http2.Ack) != 0:
                _pong = BinaryPrimitives.ReadUInt64BigEndian(payload);
                break;
            case Http2.GoAway:
                GoAwayCode = BinaryPrimitives.ReadUInt32BigEndian(payload[4..]);
                break;
            case Http2.WindowUpdate when stream == 0:
                _connectionWindow += BinaryPrimitives.ReadUInt32BigEndian(payload);
                break;
            case Http2.WindowUpdate:
                _credits[stream] = _credits.GetValueOrDefault(stream) + BinaryPrimitives.ReadUInt32BigEndian(payload);
                break;
            case Http2.Settings or Http2.Ping:
                break;
            default:
                Violation ??= $"a frame of type {type}";
                break;
        }
    }

    private void TakeBlock(byte flags, uint stream, ReadOnlySpan<byte> payload)
    {
        _block.AddRange(payload);
        if ((flags & Http2.EndHeaders) != 0)
        {
            Find(stream).TakeHeaders([.. _block], (_blockFlags & Http2.EndStream) != 0);
            _block.Clear();
        }
    }

    private void TakeSettings(ReadOnlySpan<byte> payload)
    {
        for (; payload.Length >= 6; payload = payload[6..])
        {
            if (BinaryPrimitives.ReadUInt16BigEndian(payload) == Http2.InitialWindowSize)
            {
                _streamWindow = BinaryPrimitives.ReadUInt32BigEndian(payload[2..]);
            }
        }
    }

    private long Credit(uint stream) => Math.Min(_connectionWindow, _streamWindow + _credits.GetValueOrDefault(stream));

    private Answer Find(uint stream)
    {
        if (!_answers.TryGetValue(stream, out var answer))
        {
            _answers[stream] = answer = new Answer();
        }

        return answer;
    }

    private void Close()
    {
        lock (_gate)
        {
            Closed = true;
            Signal();
        }
    }

    private void Signal()
    {
        _changed.TrySetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
