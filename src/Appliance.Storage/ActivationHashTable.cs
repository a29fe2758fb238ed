namespace Appliance.Storage;

/// <summary>
/// The authorised hash occurrences: one row each, never changed. Their states lie in the activation's row.
/// </summary>
public abstract class ActivationHashTable
{
    /// <summary>Adds an occurrence.</summary>
    /// <param name="sequence">The activation's number.</param>
    /// <param name="ordinal">Its place among the activation's occurrences, from 0.</param>
    /// <param name="hash">The raw digest.</param>
    /// <param name="mac">Over the activation's id, the ordinal and the hash.</param>
    public abstract void Insert(long sequence, int ordinal, ReadOnlySpan<byte> hash, UInt128 mac);

    /// <summary>Finds an occurrence of a hash that may be signed.</summary>
    /// <param name="sequence">The activation's number.</param>
    /// <param name="hash">The raw digest.</param>
    /// <param name="from">The first ordinal to look at: where one request asks for a hash again, the next one.</param>
    /// <param name="states">The states of the activation's occurrences.</param>
    /// <param name="ordinal">The occurrence's place; outside of <paramref name="states"/> in an edited row.</param>
    /// <param name="mac">The occurrence's MAC, still to be checked.</param>
    /// <returns>False when there is none.</returns>
    public abstract bool TryFind(
        long sequence, ReadOnlySpan<byte> hash, int from, OccurrenceStates states, out int ordinal, out UInt128 mac);

    /// <summary>Adds an occurrence that may be there already.</summary>
    public abstract void InsertMissing(long sequence, int ordinal, ReadOnlySpan<byte> hash, UInt128 mac);

    /// <summary>Whether a hash occurs more often than that. Reads all occurrences of the activation.</summary>
    public abstract bool AnyOccursMoreThan(long sequence, int times);

    /// <summary>Removes an occurrence.</summary>
    public abstract void Delete(long sequence, int ordinal, ReadOnlySpan<byte> hash);

    /// <summary>Removes occurrences of an activation.</summary>
    /// <returns>How many, at most <paramref name="limit"/>.</returns>
    public abstract int DeleteSome(long sequence, int limit);
}
