using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Appliance.Ledger;

/// <summary>
/// What a seal says: which chains of audit records there are and how far they reach, and which seal was the one before.
/// Its form, which is signed: the line APPLIANCE-AUDIT-SEAL-1; its number and its time in Unix milliseconds, eight
/// bytes each; the SHA-256 of the seal before, or zeros; four bytes with how many chains follow; and for each the id
/// and the length, eight bytes each, one byte that is 1 when the chain is closed, and the hash of its last record.
/// Numbers are big-endian.
/// </summary>
/// <param name="Number">From 1, without gaps.</param>
/// <param name="At">Unix milliseconds.</param>
/// <param name="Previous">SHA-256 of the seal before in this form; zeros in the first.</param>
/// <param name="Chains">The chains that the seal before did not cover closed, by id.</param>
public sealed record AuditSeal(long Number, long At, byte[] Previous, IReadOnlyList<SealedChain> Chains)
{
    private const int FixedLength = (2 * sizeof(long)) + SHA256.HashSizeInBytes + sizeof(int);
    private const int ChainLength = (2 * sizeof(long)) + 1 + SHA256.HashSizeInBytes;

    /// <summary>What the first seal names as the one before.</summary>
    internal static readonly byte[] None = new byte[SHA256.HashSizeInBytes];

    private static ReadOnlySpan<byte> Label => "APPLIANCE-AUDIT-SEAL-1\n"u8;

    /// <summary>The form that is signed.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Label.Length + FixedLength + (Chains.Count * ChainLength)];
        Label.CopyTo(bytes);
        var rest = bytes.AsSpan(Label.Length);
        BinaryPrimitives.WriteInt64BigEndian(rest, Number);
        BinaryPrimitives.WriteInt64BigEndian(rest[8..], At);
        Previous.CopyTo(rest[16..]);
        BinaryPrimitives.WriteInt32BigEndian(rest[48..], Chains.Count);
        rest = rest[FixedLength..];
        foreach (var chain in Chains)
        {
            BinaryPrimitives.WriteInt64BigEndian(rest, chain.Chain);
            BinaryPrimitives.WriteInt64BigEndian(rest[8..], chain.Length);
            rest[16] = chain.Closed ? (byte)1 : (byte)0;
            chain.Head.CopyTo(rest[17..]);
            rest = rest[ChainLength..];
        }

        return bytes;
    }

    /// <summary>Reads the form that is signed.</summary>
    /// <returns>Null when it is no such form.</returns>
    public static AuditSeal? TryParse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Label.Length + FixedLength || !bytes.StartsWith(Label))
        {
            return null;
        }

        var rest = bytes[Label.Length..];
        var count = BinaryPrimitives.ReadInt32BigEndian(rest[48..]);
        if (count < 0 || rest.Length != FixedLength + ((long)count * ChainLength))
        {
            return null;
        }

        var chains = new SealedChain[count];
        for (var i = 0; i < count; i++)
        {
            var chain = rest.Slice(FixedLength + (i * ChainLength), ChainLength);
            chains[i] = new SealedChain(
                BinaryPrimitives.ReadInt64BigEndian(chain),
                BinaryPrimitives.ReadInt64BigEndian(chain[8..]),
                chain[16] != 0,
                chain[17..].ToArray());
        }

        return new AuditSeal(
            BinaryPrimitives.ReadInt64BigEndian(rest),
            BinaryPrimitives.ReadInt64BigEndian(rest[8..]),
            rest.Slice(16, SHA256.HashSizeInBytes).ToArray(),
            chains);
    }
}
