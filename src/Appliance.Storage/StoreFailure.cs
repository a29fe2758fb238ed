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
}
