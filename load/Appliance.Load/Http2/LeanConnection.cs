using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Appliance.Load.Http2;

/// <summary>
/// Unary gRPC over one plaintext HTTP/2 connection (RFC 9113, prior knowledge), for load where the client's own CPU
/// counts against the server under test: a blocking socket on the caller's thread, header blocks and settings encoded
/// once, many calls in flight, all answers of one receive handled and all their successors sent with one send. Speaks
/// to servers that neither pad nor use Huffman coding nor CONTINUATION (Kestrel does none of these).
/// </summary>
public sealed class LeanConnection : IDisposable
{
    private const byte EndStream = 0x1;
    private const byte EndHeaders = 0x4;
    private const byte Ack = 0x1;
    private const int GrpcHeader = 5;
    private const int MaxFrame = 16_384;
    private const int MaxWindow = int.MaxValue;
    private const int InitialWindow = 65_535;
    private const int SlotCount = 65_536;
    private const int LargestHeaderBlock = 8_192;

    /// <summary>Milliseconds without any frame while calls are in flight.</summary>
    private const int LongestSilence = 60_000;

    /// <summary>Microseconds until the clock is looked at again where nothing comes.</summary>
    private const int LongestPoll = 100_000;

    private readonly Socket _socket;
    private readonly HeaderBlocks _headers;
    private readonly ResponseFields _fields = new();
    private readonly SendBuffer _send = new();
    private readonly StreamSlot[] _slots = new StreamSlot[SlotCount];
    private byte[] _received = new byte[512 * 1024];
    private int _receivedLength;
    private int _nextStreamId = 1;
    private int _inFlight;
    private int _maxConcurrent = 100;
    private long _sendWindow = InitialWindow;
    private int _streamWindow = InitialWindow;
    private long _unacknowledged;
    private bool _goingAway;
    private bool _settled;

    private LeanConnection(Socket socket, HeaderBlocks headers)
    {
        _socket = socket;
        _headers = headers;
    }

    /// <summary>Connects and exchanges settings.</summary>
    /// <param name="endpoint">Where the server listens for HTTP/2 without TLS.</param>
    /// <param name="path">The method, <c>/package.Service/Method</c>.</param>
    /// <param name="headers">Metadata that every call sends; lower-case ASCII names.</param>
    /// <param name="variants">
    /// Further metadata, one list per variant, that <see cref="LeanWorkload.TryNext"/> chooses from; null for none.
    /// </param>
    public static LeanConnection Connect(
        EndPoint endpoint,
        string path,
        IReadOnlyList<KeyValuePair<string, string>> headers,
        IReadOnlyList<IReadOnlyList<KeyValuePair<string, string>>>? variants = null)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        var socket = endpoint is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.ReceiveTimeout = LongestSilence;
        socket.Connect(endpoint);
        var authority = endpoint is IPEndPoint ip ? ip.ToString() : "localhost";
        var connection = new LeanConnection(socket, new HeaderBlocks(authority, path, headers, variants ?? []));
        connection.Open();
        return connection;
    }

    /// <summary>
    /// Keeps so many calls in flight until the workload has no more, on the caller's thread. May be called again.
    /// </summary>
    /// <param name="inFlight">Calls at a time; never more than the server's MAX_CONCURRENT_STREAMS.</param>
    /// <param name="workload">What to send and what to do with the answers.</param>
    /// <exception cref="IOException">The connection broke or the server ended it.</exception>
    public void Run(int inFlight, LeanWorkload workload)
    {
        ArgumentNullException.ThrowIfNull(workload);
        try
        {
            RunToEnd(inFlight, workload);
        }
        catch (SocketException exception)
        {
            throw new IOException($"The connection broke or was silent for 60 s: {exception.Message}", exception);
        }
    }

    /// <summary><see cref="Run"/> on a thread of its own.</summary>
    public Task RunAsync(int inFlight, LeanWorkload workload)
        => Task.Factory.StartNew(
            () => Run(inFlight, workload),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

    /// <inheritdoc />
    public void Dispose() => _socket.Dispose();

    private void RunToEnd(int inFlight, LeanWorkload workload)
    {
        var more = true;
        while (true)
        {
            long wait = 0;
            while (more && _inFlight < Math.Min(inFlight, _maxConcurrent) && HasWindow()
                && (wait = workload.MicrosecondsUntilNext) == 0)
            {
                if (_goingAway)
                {
                    throw new IOException("The server sent GOAWAY; it takes no new calls on this connection.");
                }

                more = TryStart(workload);
            }

            Flush();
            if (_inFlight == 0 && !more)
            {
                return;
            }

            if (wait == 0 || _socket.Poll((int)Math.Min(wait, LongestPoll), SelectMode.SelectRead))
            {
                Receive(workload);
            }
        }
    }

    private void Open()
    {
        _send.AddFrameless("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
        Span<byte> settings = stackalloc byte[18];
        WriteSetting(settings, 0x1, 0); // HEADER_TABLE_SIZE: answers come as plain literals
        WriteSetting(settings[6..], 0x2, 0); // ENABLE_PUSH
        WriteSetting(settings[12..], 0x4, MaxWindow); // INITIAL_WINDOW_SIZE
        _send.AddFrame(FrameType.Settings, 0, 0, settings);
        AddWindowUpdate(MaxWindow - InitialWindow);
        Flush();
        while (!_settled)
        {
            Receive(workload: null);
        }

        Flush();
    }

    /// <summary>A call may start while a largest frame fits; the rest waits in <see cref="AddMessage"/>.</summary>
    private bool HasWindow() => _sendWindow >= MaxFrame;

    private bool TryStart(LeanWorkload workload)
    {
        if (!workload.TryNext(out var message, out var variant, out var tag))
        {
            return false;
        }

        var length = GrpcHeader + message.Length;
        if (length > _streamWindow)
        {
            throw new NotSupportedException("A message is larger than the server's stream window; make it smaller.");
        }

        ref var slot = ref TakeSlot();
        slot.Tag = tag;
        slot.StartedAt = Stopwatch.GetTimestamp();
        _inFlight++;
        AddHeaders(slot.StreamId, variant);
        AddMessage(slot.StreamId, message, workload);
        return true;
    }

    private ref StreamSlot TakeSlot()
    {
        while (true)
        {
            var id = _nextStreamId;
            _nextStreamId = checked(_nextStreamId + 2);
            ref var slot = ref SlotOf(id);
            if (slot.StreamId == 0)
            {
                slot.StreamId = id;
                return ref slot;
            }

            // An older call still holds the place: HTTP/2 allows to leave ids out.
        }
    }

    private ref StreamSlot SlotOf(int streamId) => ref _slots[(streamId >> 1) & (SlotCount - 1)];

    private void AddHeaders(int streamId, int variant)
    {
        var span = _send.GetSpan(SendBuffer.FrameHeader + LargestHeaderBlock);
        var length = _headers.Write(span[SendBuffer.FrameHeader..], variant);
        SendBuffer.WriteHeader(span, length, FrameType.Headers, EndHeaders, streamId);
        _send.Advance(SendBuffer.FrameHeader + length);
    }

    private void AddMessage(int streamId, ReadOnlySpan<byte> message, LeanWorkload workload)
    {
        var first = Math.Min(message.Length, MaxFrame - GrpcHeader);
        var span = _send.GetSpan(SendBuffer.FrameHeader + GrpcHeader + first);
        SendBuffer.WriteHeader(
            span, GrpcHeader + first, FrameType.Data, first == message.Length ? EndStream : (byte)0, streamId);
        span[SendBuffer.FrameHeader] = 0;
        BinaryPrimitives.WriteInt32BigEndian(span[(SendBuffer.FrameHeader + 1)..], message.Length);
        message[..first].CopyTo(span[(SendBuffer.FrameHeader + GrpcHeader)..]);
        _send.Advance(SendBuffer.FrameHeader + GrpcHeader + first);
        _sendWindow -= GrpcHeader + first;

        var rest = message[first..];
        while (!rest.IsEmpty)
        {
            // Frame by frame: the server opens its window only when half of it is used up.
            while (!HasWindow())
            {
                Flush();
                Receive(workload);
            }

            var part = Math.Min(rest.Length, MaxFrame);
            _sendWindow -= part;
            _send.AddFrame(FrameType.Data, part == rest.Length ? EndStream : (byte)0, streamId, rest[..part]);
            rest = rest[part..];
        }
    }

    private void Receive(LeanWorkload? workload)
    {
        if (_receivedLength == _received.Length)
        {
            Array.Resize(ref _received, _received.Length * 2);
        }

        var read = _socket.Receive(_received.AsSpan(_receivedLength));
        if (read == 0)
        {
            throw new IOException("The server closed the connection.");
        }

        _receivedLength += read;
        var pending = _received.AsSpan(0, _receivedLength);
        while (pending.Length >= SendBuffer.FrameHeader)
        {
            var length = (pending[0] << 16) | BinaryPrimitives.ReadUInt16BigEndian(pending[1..]);
            if (pending.Length < SendBuffer.FrameHeader + length)
            {
                break;
            }

            var streamId = BinaryPrimitives.ReadInt32BigEndian(pending[5..]) & int.MaxValue;
            var payload = pending.Slice(SendBuffer.FrameHeader, length);
            OnFrame((FrameType)pending[3], pending[4], streamId, payload, workload);
            pending = pending[(SendBuffer.FrameHeader + length)..];
        }

        pending.CopyTo(_received);
        _receivedLength = pending.Length;
    }

    private void OnFrame(FrameType type, byte flags, int streamId, ReadOnlySpan<byte> payload, LeanWorkload? workload)
    {
        switch (type)
        {
            case FrameType.Data:
                OnData(flags, streamId, payload, workload!);
                break;
            case FrameType.Headers:
                OnHeaders(flags, streamId, payload, workload!);
                break;
            case FrameType.ResetStream:
                End(streamId, -1, $"RST_STREAM {BinaryPrimitives.ReadUInt32BigEndian(payload)}", workload!);
                break;
            case FrameType.Settings when (flags & Ack) == 0:
                OnSettings(payload);
                break;
            case FrameType.Ping when (flags & Ack) == 0:
                _send.AddFrame(FrameType.Ping, Ack, 0, payload);
                break;
            case FrameType.WindowUpdate when streamId == 0:
                _sendWindow += BinaryPrimitives.ReadInt32BigEndian(payload);
                break;
            case FrameType.GoAway:
                OnGoAway(payload);
                break;
            case FrameType.PushPromise or FrameType.Continuation:
                throw new NotSupportedException($"The server sent a {type} frame; this client does not read these.");
            default:
                break;
        }
    }

    private void OnHeaders(byte flags, int streamId, ReadOnlySpan<byte> payload, LeanWorkload workload)
    {
        if ((flags & EndHeaders) == 0)
        {
            throw new NotSupportedException("The server split a header block; this client does not read that.");
        }

        if ((flags & EndStream) == 0)
        {
            return; // The response's headers; the status comes with the trailers.
        }

        _fields.Read(payload);
        End(streamId, _fields.GrpcStatus, _fields.HttpError ? "HTTP error" : _fields.GrpcMessage, workload);
    }

    private void OnData(byte flags, int streamId, ReadOnlySpan<byte> payload, LeanWorkload workload)
    {
        _unacknowledged += payload.Length;
        if (_unacknowledged >= MaxWindow / 2)
        {
            AddWindowUpdate((int)_unacknowledged);
            _unacknowledged = 0;
        }

        ref var slot = ref SlotOf(streamId);
        if (slot.StreamId != streamId)
        {
            return;
        }

        if (payload.IsEmpty)
        {
            // Only carries END_STREAM.
        }
        else if (slot.Partial is null && IsWholeMessage(payload))
        {
            workload.OnMessage(slot.Tag, payload[GrpcHeader..]);
        }
        else
        {
            Collect(ref slot, payload, workload);
        }

        if ((flags & EndStream) != 0)
        {
            End(streamId, -1, "The stream ended without a status.", workload);
        }
    }

    private static bool IsWholeMessage(ReadOnlySpan<byte> payload)
        => payload.Length >= GrpcHeader
            && BinaryPrimitives.ReadUInt32BigEndian(payload[1..]) == (uint)(payload.Length - GrpcHeader);

    private static void Collect(ref StreamSlot slot, ReadOnlySpan<byte> payload, LeanWorkload workload)
    {
        var needed = slot.PartialLength + payload.Length;
        if (slot.Partial is null || slot.Partial.Length < needed)
        {
            Array.Resize(ref slot.Partial, Math.Max(needed, 2 * (slot.Partial?.Length ?? MaxFrame)));
        }

        payload.CopyTo(slot.Partial.AsSpan(slot.PartialLength));
        slot.PartialLength = needed;
        var whole = slot.Partial.AsSpan(0, needed);
        if (IsWholeMessage(whole))
        {
            workload.OnMessage(slot.Tag, whole[GrpcHeader..]);
            slot.PartialLength = 0;
        }
    }

    private void End(int streamId, int status, string? text, LeanWorkload workload)
    {
        ref var slot = ref SlotOf(streamId);
        if (slot.StreamId != streamId)
        {
            return; // A reset after the end (NO_ERROR) says nothing new.
        }

        var tag = slot.Tag;
        var elapsed = Stopwatch.GetTimestamp() - slot.StartedAt;
        slot = default;
        _inFlight--;
        workload.OnEnd(tag, status, status == 0 ? null : text, elapsed);
    }

    private void OnSettings(ReadOnlySpan<byte> payload)
    {
        for (; payload.Length >= 6; payload = payload[6..])
        {
            var value = (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(payload[2..]), int.MaxValue);
            switch (BinaryPrimitives.ReadUInt16BigEndian(payload))
            {
                case 0x3:
                    _maxConcurrent = value;
                    break;
                case 0x4:
                    _streamWindow = value;
                    break;
                default:
                    break;
            }
        }

        _settled = true;
        _send.AddFrame(FrameType.Settings, Ack, 0, []);
    }

    private void OnGoAway(ReadOnlySpan<byte> payload)
    {
        _goingAway = true;
        var error = BinaryPrimitives.ReadUInt32BigEndian(payload[4..]);
        if (error != 0)
        {
            throw new IOException($"GOAWAY {error}: {Encoding.ASCII.GetString(payload[8..])}");
        }
    }

    private void AddWindowUpdate(int increment)
    {
        Span<byte> payload = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(payload, increment);
        _send.AddFrame(FrameType.WindowUpdate, 0, 0, payload);
    }

    private void Flush()
    {
        var pending = _send.Pending;
        while (!pending.IsEmpty)
        {
            pending = pending[_socket.Send(pending)..];
        }

        _send.Clear();
    }

    private static void WriteSetting(Span<byte> target, ushort id, int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(target, id);
        BinaryPrimitives.WriteInt32BigEndian(target[2..], value);
    }
}
