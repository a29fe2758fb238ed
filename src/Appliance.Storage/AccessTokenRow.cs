namespace Appliance.Storage;

/// <summary>A token that Identity issued, known by its hash only.</summary>
/// <param name="Hash">A digest of the token.</param>
/// <param name="Kind">Access or refresh.</param>
/// <param name="SignerId">For whom.</param>
/// <param name="ClientId">To which client application; <see cref="Guid.Empty"/> for none.</param>
/// <param name="GrantId">The sign-in it descends from; revoked as one.</param>
/// <param name="ExpiresAt">Unix milliseconds.</param>
/// <param name="Revoked">Withdrawn before its time.</param>
public sealed record AccessTokenRow(
    byte[] Hash, AccessTokenKind Kind, Guid SignerId, Guid ClientId, Guid GrantId, long ExpiresAt, bool Revoked);
