namespace Appliance.Ledger;

/// <summary>What is wrong with the audit trail.</summary>
public enum AuditFindingKind
{
    /// <summary>A record is not what was written: its hash does not fit it and the record before.</summary>
    BrokenRecord,

    /// <summary>Records are missing between others.</summary>
    MissingRecords,

    /// <summary>The last records of a chain are missing.</summary>
    MissingTail,

    /// <summary>A whole chain is missing.</summary>
    MissingChain,

    /// <summary>Records that belong to no chain, or stand behind the end of one.</summary>
    UnknownRecords,

    /// <summary>What stands about a chain is not what its records say.</summary>
    AlteredChain,

    /// <summary>Records were written again: they fit each other, and not the seal that covers them.</summary>
    RewrittenRecords,

    /// <summary>A seal is missing.</summary>
    MissingSeal,

    /// <summary>A seal is not what was signed, or does not continue the one before.</summary>
    BrokenSeal,

    /// <summary>The time stamp of a seal is missing, another one, or does not hold.</summary>
    BrokenTimestamp,
}
