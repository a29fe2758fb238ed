using Appliance.Storage;

namespace Appliance.Ledger;

/// <summary>What a verification goes by beside the store.</summary>
public sealed record AuditVerificationOptions
{
    /// <summary>Whether a signature over a seal's hash is genuine; null when no key is known.</summary>
    public Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>, bool>? VerifySignature { get; init; }

    /// <summary>
    /// What is wrong with the time stamp of a seal that has one, in words; null when it holds. Null where there is
    /// nothing to verify them by. Seals from before <see cref="From"/> are not asked about.
    /// </summary>
    public Func<AuditSealRow, string?>? VerifyTimestamp { get; init; }

    /// <summary>Where the running server's own chains end, taken before: less must not be there.</summary>
    public IReadOnlyList<AuditHead> Live { get; init; } = [];

    /// <summary>The newest seal that was remembered outside of the store.</summary>
    public (long Number, ReadOnlyMemory<byte> Hash)? Remembered { get; init; }

    /// <summary>Chains that were closed before, Unix milliseconds, are not looked at.</summary>
    public long From { get; init; }

    /// <summary>Findings that are kept one by one; the rest is counted. Defaults to 1,000.</summary>
    public int MostFindings { get; init; } = 1_000;

    /// <summary>Records read in one short transaction, 1 to 100,000. Defaults to 20,000.</summary>
    public int Page { get; init; } = 20_000;
}
