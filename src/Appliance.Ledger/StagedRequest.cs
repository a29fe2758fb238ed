namespace Appliance.Ledger;

/// <summary>A bulk activation to be filled.</summary>
/// <param name="ActivationId">The new activation's id (UUIDv7).</param>
/// <param name="CredentialId">For which credential.</param>
/// <param name="SignerId">By which signer.</param>
/// <param name="ClientId">To which client application; <see cref="Guid.Empty"/> for none.</param>
/// <param name="Total">How many hashes it is going to have, at least 1.</param>
/// <param name="ExpiresAt">By when it must be closed, Unix milliseconds.</param>
/// <param name="Now">Unix milliseconds.</param>
public readonly record struct StagedRequest(
    Guid ActivationId, Guid CredentialId, Guid SignerId, Guid ClientId, int Total, long ExpiresAt, long Now);
