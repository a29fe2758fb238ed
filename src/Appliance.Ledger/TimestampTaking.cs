namespace Appliance.Ledger;

/// <summary>Who pays for a time stamp.</summary>
public enum TimestampTaking
{
    /// <summary>Nobody: the signer pays for nothing.</summary>
    NotMetered,

    /// <summary>The signature that it is over paid for it.</summary>
    Covered,

    /// <summary>It took a transaction of its own.</summary>
    Counted,

    /// <summary>No package has one left; nothing was taken, and it must not be made.</summary>
    Exhausted,
}
