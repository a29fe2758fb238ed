using System.Buffers.Binary;

namespace Appliance.Storage;

/// <summary>
/// Records of the audit trail as bytes: each its encoded columns (<see cref="AuditHash"/>) behind their length, then
/// its stored hash behind its length, both four bytes, big-endian; -1 for no hash. Reused from page to page.
/// </summary>
public sealed class AuditBlock
{
    private const int FirstSize = 1 << 20;

    private byte[] _data = new byte[FirstSize];

    /// <summary>How many records it holds.</summary>
    public int Count { get; private set; }

    /// <summary>The sequence number of the last of them.</summary>
    public long LastSequence { get; private set; }

    /// <summary>The records.</summary>
    public ReadOnlySpan<byte> Records => _data.AsSpan(0, Used);

    internal int Used { get; private set; }

    /// <summary>Takes one record off.</summary>
    /// <param name="records">The rest.</param>
    /// <param name="encoded">Its columns.</param>
    /// <param name="hash">Its stored hash; empty for none.</param>
    /// <returns>False when there is none left.</returns>
    public static bool TryTake(
        ref ReadOnlySpan<byte> records, out ReadOnlySpan<byte> encoded, out ReadOnlySpan<byte> hash)
    {
        encoded = hash = default;
        if (records.IsEmpty)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(records);
        encoded = records.Slice(sizeof(int), length);
        records = records[(sizeof(int) + length)..];
        length = BinaryPrimitives.ReadInt32BigEndian(records);
        hash = records.Slice(sizeof(int), Math.Max(0, length));
        records = records[(sizeof(int) + hash.Length)..];
        return true;
    }

    /// <summary>The sequence number of encoded columns.</summary>
    public static long SequenceOf(ReadOnlySpan<byte> encoded)
        => BinaryPrimitives.ReadInt64BigEndian(encoded[sizeof(int)..]);

    internal void Clear() => (Used, Count, LastSequence) = (0, 0, 0);

    /// <summary>Room for so many more bytes; what is written there counts with <see cref="Add"/>.</summary>
    internal Span<byte> Reserve(int bytes)
    {
        if (_data.Length - Used < bytes)
        {
            Array.Resize(ref _data, Math.Max(2 * _data.Length, Used + bytes));
        }

        return _data.AsSpan(Used);
    }

    internal void Add(int bytes, long sequence)
    {
        Used += bytes;
        Count++;
        LastSequence = sequence;
    }
}
