using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Appliance.Pkcs11.Hosting;

/// <summary>
/// Builds one frame at a time: length of the body (4 bytes), type, three zeros, id (4), body; little-endian. What was
/// written may be secret, so that nothing moves in memory and everything is zeroed with the next beginning.
/// </summary>
internal sealed class FrameWriter
{
    public const int HeaderLength = 12;

    /// <summary>Longest body that is sent or taken.</summary>
    public const int MaxBody = 1 << 20;

    private byte[] _buffer = Allocate(1024);
    private int _length;

    /// <summary>Bytes in the body so far.</summary>
    public int BodyLength => _length - HeaderLength;

    /// <summary>The whole frame.</summary>
    public ReadOnlySpan<byte> Frame
    {
        get
        {
            BinaryPrimitives.WriteInt32LittleEndian(_buffer, BodyLength);
            return _buffer.AsSpan(0, _length);
        }
    }

    public FrameWriter Begin(FrameType type, uint id)
    {
        Clear();
        _length = HeaderLength;
        _buffer[4] = (byte)type;
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.AsSpan(8), id);
        return this;
    }

    public FrameWriter Byte(byte value)
    {
        Next(1)[0] = value;
        return this;
    }

    public FrameWriter Flag(bool value) => Byte(value ? (byte)1 : (byte)0);

    public FrameWriter UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(Next(4), value);
        return this;
    }

    public FrameWriter UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(Next(8), value);
        return this;
    }

    /// <summary>Bytes whose number the reader knows.</summary>
    public FrameWriter Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Next(bytes.Length));
        return this;
    }

    /// <summary>Bytes with their number before them.</summary>
    public FrameWriter Bytes(ReadOnlySpan<byte> bytes) => UInt32((uint)bytes.Length).Raw(bytes);

    public FrameWriter Text(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        UInt32((uint)length);
        Encoding.UTF8.GetBytes(text, Next(length));
        return this;
    }

    /// <summary>A number that is not known yet; <see cref="Patch"/> sets it.</summary>
    /// <returns>Where it is.</returns>
    public int Later()
    {
        UInt32(0);
        return _length - 4;
    }

    public void Patch(int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(_buffer.AsSpan(at), value);

    public void Clear()
    {
        CryptographicOperations.ZeroMemory(_buffer.AsSpan(0, _length));
        _length = 0;
    }

    /// <summary>Room for so many bytes, as part of the frame.</summary>
    public Span<byte> Next(int count)
    {
        var at = _length;
        if (count > _buffer.Length - at)
        {
            Grow(checked(at + count));
        }

        _length = at + count;
        return _buffer.AsSpan(at, count);
    }

    private static byte[] Allocate(int length) => GC.AllocateArray<byte>(length, pinned: true);

    private void Grow(int needed)
    {
        if (needed > HeaderLength + MaxBody)
        {
            throw new InvalidOperationException("A frame would be longer than the other side takes.");
        }

        var larger = Allocate(Math.Min(Math.Max(needed, 2 * _buffer.Length), HeaderLength + MaxBody));
        _buffer.AsSpan(0, _length).CopyTo(larger);
        CryptographicOperations.ZeroMemory(_buffer.AsSpan(0, _length));
        _buffer = larger;
    }
}
