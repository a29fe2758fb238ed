using Appliance.Storage;

namespace Appliance.Ledger;

/// <summary>
/// One piece of work for the <see cref="CommitLoop"/>. Its methods run on a thread of the loop, one after the other,
/// and
/// must neither block nor throw for what a caller did wrong: that is a result, not an error. <see cref="Failed"/> may
/// run on the thread that enqueues, when the store is known to be away.
/// </summary>
public abstract class LedgerWork
{
    /// <summary>Work with more rows than this is bulk.</summary>
    public const int MostInteractiveRows = 16;

    /// <summary>Next in the loop's queue, which is linked through its work: waiting allocates nothing.</summary>
    internal LedgerWork? Next { get; set; }

    /// <summary>Failed attempts so far, of work that <see cref="MustLast"/>.</summary>
    internal int Attempts { get; set; }

    /// <summary>True for bulk work: it comes after interactive work, and only so much of it in one commit.</summary>
    public virtual bool IsBulk => false;

    /// <summary>About how many rows it writes; bounds the bulk work in one commit.</summary>
    public virtual int Rows => 1;

    /// <summary>
    /// True when nobody waits for it. It rides in the next commit, is never refused for a full queue (whatever it
    /// settles was admitted before) and is tried again when the store fails.
    /// </summary>
    internal virtual bool MustLast => false;

    /// <summary>True when a token will be asked once this is committed: a reservation that was granted.</summary>
    internal virtual bool Grants => false;

    /// <summary>True when the token has answered what was granted.</summary>
    internal virtual bool Settles => false;

    /// <summary>
    /// The activation that it works on: work on one activation is done in order, and beside work on others where the
    /// store can commit several transactions at a time. Empty for work on something else.
    /// </summary>
    internal virtual Guid Activation => Guid.Empty;

    /// <summary>Whose it is: where work of several waits, they take turns.</summary>
    internal virtual Guid Client => Guid.Empty;

    /// <summary>Names the rows that <see cref="Apply"/> is going to look at, as far as it knows them.</summary>
    public virtual void Announce(StoreKeys keys)
    {
    }

    /// <summary>
    /// Does the work inside the loop's transaction. It may run again after a rollback, so it starts its results anew.
    /// What it did before it threw is undone, and nothing else.
    /// </summary>
    public abstract void Apply(StoreConnection store);

    /// <summary>The transaction is on disk.</summary>
    public abstract void Committed();

    /// <summary>Nothing of this work was stored: it threw, the store failed, or the loop has stopped.</summary>
    public abstract void Failed(Exception exception);
}
