using Appliance.Ledger;

namespace Appliance.Timestamping;

/// <summary>A TimeStampReq and whose it is.</summary>
/// <param name="Unit">Who is to answer it.</param>
/// <param name="Request">DER of the TimeStampReq; it is copied before StampAsync returns.</param>
/// <param name="SignerId">For whom, for the audit trail; null where nobody is known.</param>
/// <param name="ClientId">The client application that asks; null for none.</param>
/// <param name="Terms">What it costs; null where it costs nothing and everybody may have it.</param>
public readonly record struct StampCall(
    TimestampUnit Unit,
    ReadOnlyMemory<byte> Request,
    Guid? SignerId = null,
    Guid? ClientId = null,
    TimestampTerms? Terms = null)
{
    /// <summary>True for one of many: interactive ones go first, in the ledger and at the token.</summary>
    public bool IsBulk { get; init; }

    /// <summary>Timestamp of the slots' clock from which nobody waits for it; 0 for none.</summary>
    public long Deadline { get; init; }
}
