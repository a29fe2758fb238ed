namespace Appliance.Storage;

/// <summary>
/// The starts of nodes: every reservation names the one that made it. In a store that nodes share, each holds a lease,
/// counted by the database's clock.
/// </summary>
public abstract class IncarnationTable
{
    /// <summary>Records a start; once it is committed, the store's connections write in its name.</summary>
    /// <param name="node">The node's name.</param>
    /// <param name="startedAt">Unix milliseconds.</param>
    /// <param name="lease">How long it is taken for alive without a renewal.</param>
    /// <returns>The incarnation's number; numbers only grow.</returns>
    public abstract long Insert(string node, long startedAt, TimeSpan lease);

    /// <summary>Prolongs a lease from now on.</summary>
    /// <returns>False when others have fenced the incarnation off.</returns>
    public abstract bool Renew(long incarnation, TimeSpan lease);

    /// <summary>
    /// Incarnations that are dead and not settled: whose lease ran out at least <paramref name="margin"/> ago, that
    /// were
    /// fenced off, or earlier ones of the node itself.
    /// </summary>
    /// <param name="incarnation">The caller's.</param>
    /// <param name="node">The caller's node, of which no other process runs.</param>
    /// <param name="margin">Beyond the lease.</param>
    public abstract IReadOnlyList<IncarnationRow> ListDead(long incarnation, string node, TimeSpan margin);

    /// <summary>From the commit on nothing can be written in its name.</summary>
    public abstract void Fence(long incarnation, long at);

    /// <summary>Notes that nothing of it is open any more.</summary>
    public abstract void Settle(long incarnation, long at);
}
