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
public sealed record AuditFilter(
    bool OldestFirst,
    long? After,
    int Limit,
    Guid? SignerId,
    Guid? CredentialId,
    Guid? RequestId,
    string? Event,
    string? Actor = null,
    bool Bookkeeping = true);
