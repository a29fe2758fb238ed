namespace Appliance.Ledger;

/// <summary>What the ledger decided about a time stamp that somebody asked for.</summary>
public enum TimestampIntentStatus
{
    /// <summary>The intent is in the audit trail, durable: a token may be asked.</summary>
    Ok,

    /// <summary>Its terms say no; nothing was taken.</summary>
    Refused,

    /// <summary>The store is away; the caller may try again.</summary>
    StoreUnavailable,

    /// <summary>The store failed.</summary>
    StoreFailed,
}
