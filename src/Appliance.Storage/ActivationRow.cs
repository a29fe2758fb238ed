namespace Appliance.Storage;

/// <summary>An activation.</summary>
/// <param name="Id">The activation's id.</param>
/// <param name="CredentialId">For which credential.</param>
/// <param name="SignerId">By which signer.</param>
/// <param name="ClientId">To which client application.</param>
/// <param name="State">Open or void.</param>
/// <param name="Scal">1 or 2.</param>
/// <param name="Total">Signatures granted; there is room for as many occurrences.</param>
/// <param name="Remaining">Signatures left.</param>
/// <param name="ExpiresAt">Unix milliseconds.</param>
/// <param name="CreatedAt">Unix milliseconds.</param>
/// <param name="Mac">Over what never changes.</param>
public sealed record ActivationRow(
    Guid Id,
    Guid CredentialId,
    Guid SignerId,
    Guid ClientId,
    ActivationState State,
    int Scal,
    int Total,
    int Remaining,
    long ExpiresAt,
    long CreatedAt,
    UInt128 Mac)
{
    /// <summary>Its number inside the store, chosen by the store; 0 in one that is to be added.</summary>
    public long Sequence { get; init; }

    /// <summary>How many of the total came with a hash.</summary>
    public int Given { get; init; }

    /// <summary>
    /// When the signer authorised the first activation of the chain that this one extends, Unix milliseconds; 0 in
    /// rows of an earlier schema.
    /// </summary>
    public long AuthorisedAt { get; init; }

    /// <summary>What it is for.</summary>
    public ActivationPurpose Purpose { get; init; }
}
