namespace Appliance.Storage;

/// <summary>Which records of the audit trail to read; a null matches everything.</summary>
/// <param name="OldestFirst">The direction.</param>
/// <param name="After">The last sequence number of the page before; null for the first page.</param>
/// <param name="Limit">At most this many.</param>
/// <param name="SignerId">Only this signer's.</param>
/// <param name="CredentialId">Only this credential's.</param>
/// <param name="RequestId">Only this request's.</param>
/// <param name="Event">Only this event.</param>
/// <param name="Actor">Only what this admin did.</param>
/// <param name="Bookkeeping">Also the records of the trail about itself: chains and seals.</param>
/// <param name="Digest">Only with this digest.</param>
/// <param name="Detail">Only with a detail like this: a pattern of LIKE.</param>
/// <param name="From">Only at or after, Unix milliseconds.</param>
/// <param name="To">Only before, Unix milliseconds.</param>
/// <param name="FirstSequence">Only from this sequence number on.</param>
/// <param name="LastSequence">Only up to this one.</param>
public sealed record AuditFilter(
    bool OldestFirst,
    long? After,
    int Limit,
    Guid? SignerId,
    Guid? CredentialId,
    Guid? RequestId,
    string? Event,
    string? Actor = null,
    bool Bookkeeping = true,
    byte[]? Digest = null,
    string? Detail = null,
    long From = long.MinValue,
    long To = long.MaxValue,
    long FirstSequence = long.MinValue,
    long LastSequence = long.MaxValue);
