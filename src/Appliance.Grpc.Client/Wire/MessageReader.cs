using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;

namespace Appliance.Grpc.Client.Wire;

/// <summary>
/// Reads length-prefixed messages from a response body through one pooled buffer: what came in one read costs no
/// further one. The buffer grows with what has come, not with what a header promises.
/// </summary>
internal sealed class MessageReader(Stream body, bool gzip, int maxSize) : IDisposable
{
    private const int FirstBuffer = 4 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
    private byte[]? _unpacked;
    private int _start;
    private int _end;

    /// <summary>The message read last; valid until the next read.</summary>
    public ReadOnlyMemory<byte> Payload { get; private set; }

    /// <summary>True when the body ended inside a message.</summary>
    public bool Truncated { get; private set; }

    /// <summary>False at the end of the body. When cancelled nothing is lost: read again.</summary>
    /// <exception cref="GrpcStatusException">The message is too large or broken.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        ReturnUnpacked();
        while (true)
        {
            var needed = TryTake();
            if (needed == 0)
            {
                return true;
            }

            MakeRoom(needed);
            var read = await body.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
            if (read == 0)
            {
                Truncated = _end > _start;
                return false;
            }

            _end += read;
        }
    }

    public void Dispose()
    {
        ReturnUnpacked();
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer, clearArray: true);
            _buffer = [];
        }
    }

    public static GrpcStatusException TooLarge(int maxSize)
        => new(
            GrpcStatusCode.ResourceExhausted,
            string.Create(CultureInfo.InvariantCulture, $"The response message is larger than {maxSize} bytes."));

    /// <summary>Zero when a message was taken, else the bytes of the next frame in all, as far as known.</summary>
    private int TryTake()
    {
        var waiting = _buffer.AsSpan(_start, _end - _start);
        if (waiting.Length < MessageFrame.HeaderLength)
        {
            return MessageFrame.HeaderLength;
        }

        var flag = waiting[0];
        var length = BinaryPrimitives.ReadUInt32BigEndian(waiting[1..]);
        if (flag > 1 || (flag == 1 && !gzip))
        {
            throw new GrpcStatusException(
                GrpcStatusCode.Internal,
                "The response message has a compressed flag that its grpc-encoding does not allow.");
        }

        if (length > Math.Min((uint)maxSize, (uint)(Array.MaxLength - MessageFrame.HeaderLength)))
        {
            throw TooLarge(maxSize);
        }

        var whole = MessageFrame.HeaderLength + (int)length;
        if (waiting.Length < whole)
        {
            return whole;
        }

        Payload = _buffer.AsMemory(_start + MessageFrame.HeaderLength, (int)length);
        _start += whole;
        if (flag == 1)
        {
            (_unpacked, var size) = GzipMessage.Decompress(Payload.Span, maxSize);
            Payload = _unpacked.AsMemory(0, size);
        }

        return 0;
    }

    private void MakeRoom(int needed)
    {
        if (_start == _end)
        {
            (_start, _end) = (0, 0);
        }

        if (_end < _buffer.Length && (long)_start + needed <= _buffer.Length)
        {
            return;
        }

        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(_buffer.Length * 2L, needed));
            _buffer.CopyTo(larger, 0);
            ArrayPool<byte>.Shared.Return(_buffer, clearArray: true);
            _buffer = larger;
        }
    }

    private void ReturnUnpacked()
    {
        Payload = default;
        if (_unpacked is not null)
        {
            ArrayPool<byte>.Shared.Return(_unpacked, clearArray: true);
            _unpacked = null;
        }
    }
}
