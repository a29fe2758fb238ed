using System.Buffers.Binary;

namespace Appliance.Load.Http2;

/// <summary>Frames that wait for the next send.</summary>
internal sealed class SendBuffer
{
    public const int FrameHeader = 9;

    private byte[] _bytes = new byte[256 * 1024];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Pending => _bytes.AsSpan(0, Length);

    public void Clear() => Length = 0;

    /// <summary>Room for so many bytes; say with <see cref="Advance"/> how many were used.</summary>
    public Span<byte> GetSpan(int size)
    {
        if (_bytes.Length - Length < size)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + size));
        }

        return _bytes.AsSpan(Length);
    }

    public void Advance(int count) => Length += count;

    public void AddFrame(FrameType type, byte flags, int streamId, ReadOnlySpan<byte> payload)
    {
        var span = GetSpan(FrameHeader + payload.Length);
        WriteHeader(span, payload.Length, type, flags, streamId);
        payload.CopyTo(span[FrameHeader..]);
        Advance(FrameHeader + payload.Length);
    }

    public void AddFrameless(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        Advance(bytes.Length);
    }

    public static void WriteHeader(Span<byte> target, int length, FrameType type, byte flags, int streamId)
    {
        target[0] = (byte)(length >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(target[1..], (ushort)(length & 0xFFFF));
        target[3] = (byte)type;
        target[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(target[5..], streamId);
    }
}
