using Appliance.Storage;

namespace Appliance.Ledger;

/// <summary>What an authorisation grants.</summary>
/// <param name="ActivationId">The new activation's id (UUIDv7).</param>
/// <param name="CredentialId">For which credential.</param>
/// <param name="SignerId">By which signer.</param>
/// <param name="ClientId">To which client application; <see cref="Guid.Empty"/> for none.</param>
/// <param name="Scal">2: only the hashes given here. 1: any hashes.</param>
/// <param name="Total">Signatures granted; at least as many as hashes.</param>
/// <param name="Hashes">Raw digests of 1 to 64 bytes, one per authorised occurrence.</param>
/// <param name="ExpiresAt">Unix milliseconds.</param>
/// <param name="Now">Unix milliseconds.</param>
public readonly record struct ActivationRequest(
    Guid ActivationId,
    Guid CredentialId,
    Guid SignerId,
    Guid ClientId,
    int Scal,
    int Total,
    IReadOnlyList<byte[]> Hashes,
    long ExpiresAt,
    long Now)
{
    /// <summary>What it is for. A TLS login has SCAL 1 and no hashes, and is not extended.</summary>
    public ActivationPurpose Purpose { get; init; }
}
