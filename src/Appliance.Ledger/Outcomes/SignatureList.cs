using System.Buffers.Binary;

namespace Appliance.Ledger.Outcomes;

/// <summary>Signatures as an outcome keeps them: each behind its length, 4 bytes big-endian.</summary>
internal static class SignatureList
{
    public static byte[] Encode(IReadOnlyList<byte[]> signatures)
    {
        var length = 0;
        foreach (var signature in signatures)
        {
            length += sizeof(int) + signature.Length;
        }

        var bytes = new byte[length];
        var rest = bytes.AsSpan();
        foreach (var signature in signatures)
        {
            BinaryPrimitives.WriteInt32BigEndian(rest, signature.Length);
            signature.CopyTo(rest[sizeof(int)..]);
            rest = rest[(sizeof(int) + signature.Length)..];
        }

        return bytes;
    }

    /// <summary>Reads what <see cref="Encode"/> wrote. The MAC was checked before: the contents are ours.</summary>
    public static IReadOnlyList<byte[]> Decode(ReadOnlySpan<byte> bytes)
    {
        var signatures = new List<byte[]>();
        while (bytes.Length > 0)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(bytes);
            signatures.Add(bytes.Slice(sizeof(int), length).ToArray());
            bytes = bytes[(sizeof(int) + length)..];
        }

        return signatures;
    }
}
