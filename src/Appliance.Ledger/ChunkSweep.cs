using Appliance.Storage;

namespace Appliance.Ledger;

/// <summary>Removes what bulk activations were filled from, once they are closed: their rows have it.</summary>
public sealed class ChunkSweep : Sweep
{
    /// <summary>A chunk is as much to remove as so many rows.</summary>
    private const int RowsPerChunk = 50;

    /// <inheritdoc/>
    public override string Name => "chunks of closed bulk activations";

    /// <inheritdoc/>
    public override int Apply(StoreConnection store, long now, int limit)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.ActivationChunks.DeleteClosed(Math.Max(1, limit / RowsPerChunk)) * RowsPerChunk;
    }
}
