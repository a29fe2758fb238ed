using Appliance.Storage;

namespace Appliance.Ledger;

/// <summary>One kind of rows that outlive their use, removed by a <see cref="Sweeper"/>.</summary>
public abstract class Sweep
{
    /// <summary>What it removes, for people.</summary>
    public abstract string Name { get; }

    /// <summary>
    /// Removes some, in the transaction that is open, on the loop's thread: a few statements, never a scan.
    /// </summary>
    /// <param name="store">The loop's connection.</param>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="limit">At most about so many rows.</param>
    /// <returns>Rows removed; 0 when there is nothing more to remove now.</returns>
    public abstract int Apply(StoreConnection store, long now, int limit);
}
