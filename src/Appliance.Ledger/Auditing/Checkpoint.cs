using System.Buffers.Binary;

namespace Appliance.Ledger.Auditing;

/// <summary>
/// What a chain must be at a position, by a seal or by the running server (seal 0). Of the hash the first eight bytes
/// are kept: there is one of these per chain and minute.
/// </summary>
internal readonly record struct Checkpoint(long Position, ulong Hash, long Seal)
{
    public static Checkpoint Of(long position, ReadOnlySpan<byte> hash, long seal)
        => new(position, BinaryPrimitives.ReadUInt64BigEndian(hash), seal);

    public bool Fits(ReadOnlySpan<byte> hash) => BinaryPrimitives.ReadUInt64BigEndian(hash) == Hash;
}
