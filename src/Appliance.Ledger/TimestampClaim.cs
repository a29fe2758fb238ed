using Appliance.Storage;

namespace Appliance.Ledger;

/// <summary>Who asks for a time stamp.</summary>
public sealed record TimestampClaim
{
    /// <summary>For whom; null where no signer is known, and no package pays.</summary>
    public Guid? SignerId { get; init; }

    /// <summary>The client application that asks; null for none.</summary>
    public Guid? ClientId { get; init; }

    /// <summary>
    /// Tells, in the transaction that decides, whether client and signer may have time stamps, and how many on a day.
    /// </summary>
    public required Func<StoreConnection, TimestampStanding> Standing { get; init; }

    /// <summary>
    /// Finds the signer's metered credentials when no signature has paid for it, the one whose package is drawn on
    /// first in front; none when it pays for nothing.
    /// </summary>
    public required Func<StoreConnection, IReadOnlyList<Guid>> Credentials { get; init; }

    /// <summary>The algorithm of the imprint, which stands in the record of the intent.</summary>
    public ImprintAlgorithm Algorithm { get; init; }

    /// <summary>No time stamp where no transaction pays for it.</summary>
    public bool RequireTransaction { get; init; }

    /// <summary>
    /// Whether the client's time stamps are counted, as far as is remembered: what is announced to the store.
    /// </summary>
    public bool HasQuota { get; init; }
}
