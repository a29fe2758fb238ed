using Appliance.Storage;

namespace Appliance.Ledger;

/// <summary>Hashes for a bulk activation whose MACs are made, ready to be stored in pieces.</summary>
public sealed class StagedChunk
{
    internal StagedChunk(StagedOwner owner, in ActivationChunk chunk, IReadOnlyList<byte[]> hashes, UInt128[] macs)
    {
        Owner = owner;
        Chunk = chunk;
        Hashes = hashes;
        Macs = macs;
    }

    internal StagedOwner Owner { get; }

    internal ActivationChunk Chunk { get; }

    internal IReadOnlyList<byte[]> Hashes { get; }

    internal UInt128[] Macs { get; }
}
