namespace Appliance.Ledger;

/// <summary>What a signHash asks the ledger for.</summary>
/// <param name="RequestId">One per signHash (UUIDv7).</param>
/// <param name="ActivationId">From the SAD.</param>
/// <param name="CredentialId">The credential to sign with.</param>
/// <param name="CredentialVersion">The version of the credential that the caller decided by.</param>
/// <param name="SignerId">The caller's signer.</param>
/// <param name="ClientId">The caller's client application.</param>
/// <param name="Hashes">Raw digests, at least one; not changed until the reservation is settled.</param>
/// <param name="Now">Unix milliseconds.</param>
/// <param name="IsBulk">Bulk work whatever the number of its hashes; with many it is bulk anyway.</param>
/// <param name="Outcome">Where to record the result, and to look for it first; null for neither.</param>
public readonly record struct ReservationRequest(
    Guid RequestId,
    Guid ActivationId,
    Guid CredentialId,
    long CredentialVersion,
    Guid SignerId,
    Guid ClientId,
    IReadOnlyList<byte[]> Hashes,
    long Now,
    bool IsBulk = false,
    OutcomeRequest? Outcome = null)
{
    /// <summary>
    /// The end of the SAD, which another SAD for the same activation has put off; 0 where there is none.
    /// </summary>
    public long SadExpiresAt { get; init; }

    /// <summary>The SAD is good for one signHash.</summary>
    public bool OneShot { get; init; }

    /// <summary>The credential draws on a package.</summary>
    public bool Metered { get; init; }
}
