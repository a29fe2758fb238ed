namespace Appliance.Storage;

/// <summary>What kind of failure a <see cref="StoreException"/> reports.</summary>
public enum StoreFailure
{
    /// <summary>Something else; the message has the store's own words.</summary>
    Other,

    /// <summary>A unique, foreign-key or check constraint: the change contradicts what is stored.</summary>
    Constraint,

    /// <summary>Another process holds the file. Retry later.</summary>
    Busy,

    /// <summary>The disk is full.</summary>
    Full,

    /// <summary>The file could not be opened, read, written or synced.</summary>
    Io,

    /// <summary>The file is damaged or not a database.</summary>
    Corrupt,

    /// <summary>A write on a read-only connection.</summary>
    ReadOnly,

    /// <summary>
    /// Two transactions got in each other's way and this one gave in: nothing was stored, do it again at once.
    /// </summary>
    Conflict,

    /// <summary>The store cannot be reached, or was lost on the way: nothing was stored. Retry later.</summary>
    Unavailable,

    /// <summary>
    /// Others have settled this run of the node as dead: it stores nothing any more and has to begin a new incarnation.
    /// </summary>
    Fenced,
}
