using System.Buffers.Binary;
using System.Security.Cryptography;
using Appliance.Pkcs11.Interop;

namespace Appliance.Pkcs11.Hosting;

/// <summary>
/// One end of the socket between a host process and its parent. Any thread sends; one receives. The other end is not
/// believed: a length that is too long, or a header that is none, ends the channel.
/// </summary>
internal sealed class FrameChannel
{
    private const int FirstBuffer = 64 * 1024;

    private readonly Lock _sending = new();
    private readonly Lock _closing = new();
    private readonly int _socket;
    private byte[] _buffer = GC.AllocateArray<byte>(FirstBuffer, pinned: true);
    private int _start;
    private int _end;
    private volatile bool _broken;

    private bool _closed;

    public FrameChannel(int socket) => _socket = socket;

    /// <summary>What was wrong with what came; null while nothing was.</summary>
    public string? Fault { get; private set; }

    /// <summary>Sends a frame, waiting for room when the other end is slow; false when it has gone.</summary>
    public bool TrySend(FrameWriter frame)
    {
        if (_broken)
        {
            return false;
        }

        lock (_sending)
        {
            _broken = _broken || !Posix.SendAll(_socket, frame.Frame);
            return !_broken;
        }
    }

    /// <summary>
    /// The next frame, waiting for it; the body is valid until the next call. False at the end, and when what came is
    /// no frame.
    /// </summary>
    public bool TryReceive(out FrameType type, out uint id, out ReadOnlySpan<byte> body)
    {
        type = default;
        id = 0;
        body = default;
        if (!Fill(FrameWriter.HeaderLength))
        {
            return false;
        }

        var header = _buffer.AsSpan(_start, FrameWriter.HeaderLength);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(header);
        type = (FrameType)header[4];
        id = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        if (length > FrameWriter.MaxBody || header[5] != 0 || header[6] != 0 || header[7] != 0)
        {
            Fault = "a header that is none";
            return false;
        }

        if (!Fill(FrameWriter.HeaderLength + (int)length))
        {
            return false;
        }

        body = _buffer.AsSpan(_start + FrameWriter.HeaderLength, (int)length);
        _start += FrameWriter.HeaderLength + (int)length;
        return true;
    }

    /// <summary>Nothing is sent any more; who receives gets what has come, and then the end.</summary>
    public void Shutdown()
    {
        _broken = true;
        lock (_closing)
        {
            // Once it is closed its number may be another's.
            if (!_closed)
            {
                Posix.Shutdown(_socket);
            }
        }
    }

    /// <summary>After the receiving thread has ended.</summary>
    public void Close()
    {
        _broken = true;
        lock (_sending)
        {
            lock (_closing)
            {
                _closed = true;
                Posix.Close(_socket);
            }
        }

        CryptographicOperations.ZeroMemory(_buffer);
    }

    /// <summary>Until so many bytes are there.</summary>
    private bool Fill(int needed)
    {
        if (_end - _start >= needed)
        {
            return true;
        }

        MakeRoom(needed);
        while (_end - _start < needed)
        {
            var count = Posix.Read(_socket, _buffer.AsSpan(_end));
            if (count <= 0)
            {
                return false;
            }

            _end += count;
        }

        return true;
    }

    /// <summary>What was taken may have been secret.</summary>
    private void MakeRoom(int needed)
    {
        var rest = _buffer.AsSpan(_start, _end - _start);
        var target = needed <= _buffer.Length ? _buffer : GC.AllocateArray<byte>(2 * needed, pinned: true);
        rest.CopyTo(target);
        if (target != _buffer)
        {
            CryptographicOperations.ZeroMemory(_buffer.AsSpan(0, _end));
        }
        else if (_end > rest.Length)
        {
            CryptographicOperations.ZeroMemory(_buffer.AsSpan(rest.Length, _end - rest.Length));
        }

        _buffer = target;
        _end = rest.Length;
        _start = 0;
    }
}
