namespace Appliance.Storage;

/// <summary>What bulk activations are being filled with.</summary>
public abstract class ActivationChunkTable
{
    /// <summary>Adds a chunk whose hashes have no rows yet.</summary>
    public abstract void Insert(long sequence, in ActivationChunk chunk);

    /// <summary>The chunk with the highest first ordinal below <paramref name="limit"/>.</summary>
    public abstract bool TryFindBefore(long sequence, int limit, out ActivationChunk chunk);

    /// <summary>The chunk with the lowest first ordinal at or after <paramref name="start"/>.</summary>
    public abstract bool TryFindFrom(long sequence, int start, out ActivationChunk chunk);

    /// <summary>Notes that every hash of a chunk has its row.</summary>
    public abstract void SetFilled(long sequence, int first);

    /// <summary>Removes chunks of one activation.</summary>
    /// <returns>How many, at most <paramref name="limit"/>.</returns>
    public abstract int Delete(long sequence, int limit);

    /// <summary>Removes chunks of activations that are no longer being filled.</summary>
    /// <returns>How many, at most <paramref name="limit"/>.</returns>
    public abstract int DeleteClosed(int limit);
}
