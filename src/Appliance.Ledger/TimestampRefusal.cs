namespace Appliance.Ledger;

/// <summary>Why a caller gets no time stamp.</summary>
public enum TimestampRefusal
{
    /// <summary>It gets one.</summary>
    None,

    /// <summary>The client application, or the signer, may have no time stamps any more.</summary>
    NotAllowed,

    /// <summary>The client's quota for the period is used up.</summary>
    QuotaExceeded,

    /// <summary>The signer's packages have no transaction left.</summary>
    PackageExhausted,

    /// <summary>The unit stamps what belongs to a transaction of the caller, and this does not.</summary>
    NoTransaction,
}
