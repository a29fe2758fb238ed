namespace Appliance.Ledger;

/// <summary>What the ledger decided about a step of a bulk activation.</summary>
public enum StagingStatus
{
    /// <summary>Done.</summary>
    Ok,

    /// <summary>
    /// No such activation, not this credential's, signer's and client's, or not being filled any more.
    /// </summary>
    Unknown,

    /// <summary>It was not closed in time.</summary>
    Expired,

    /// <summary>The signer has too many of them open.</summary>
    TooManyOpen,

    /// <summary>The chunk goes beyond the activation's hashes.</summary>
    OutOfRange,

    /// <summary>Other hashes were put at some of these ordinals before.</summary>
    Conflict,

    /// <summary>Not every ordinal has its hash yet, or the count is not that of the activation.</summary>
    Incomplete,

    /// <summary>The hashes are not as long as those of the hash algorithm.</summary>
    DigestLength,

    /// <summary>The hashes are not those that the digest is of.</summary>
    DigestMismatch,

    /// <summary>One hash is there more often than <see cref="StagedActivations.MostEqualHashes"/> times.</summary>
    TooManyEqual,

    /// <summary>A row does not carry our MAC: somebody edited the database.</summary>
    Tampered,
}
