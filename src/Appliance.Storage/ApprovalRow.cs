namespace Appliance.Storage;

/// <summary>An authorisation that waits, or waited, for the signer's word out of band.</summary>
/// <param name="Id">Names it to people and programs; no secret.</param>
/// <param name="Handle">SHA-256 of what the client asks with.</param>
/// <param name="Link">SHA-256 of what the signer was sent.</param>
/// <param name="SignerId">Who decides.</param>
/// <param name="ClientId">The client that asked; empty for a signer that signed in by itself.</param>
/// <param name="CredentialId">For which credential.</param>
/// <param name="ActivationId">The activation that an approval opens.</param>
/// <param name="Scal">1 or 2.</param>
/// <param name="Total">Signatures.</param>
/// <param name="Content">What is authorised, in the caller's encoding.</param>
/// <param name="CreatedAt">Unix milliseconds.</param>
/// <param name="ExpiresAt">Nobody decides from then on, Unix milliseconds.</param>
/// <param name="State">What became of it.</param>
/// <param name="DecidedAt">When, Unix milliseconds; 0 while it is pending.</param>
/// <param name="EndsAt">The end of the waiting, or of the SAD, Unix milliseconds.</param>
/// <param name="Mac">Over everything else in the row.</param>
public sealed record ApprovalRow(
    Guid Id,
    byte[] Handle,
    byte[] Link,
    Guid SignerId,
    Guid ClientId,
    Guid CredentialId,
    Guid ActivationId,
    int Scal,
    int Total,
    byte[] Content,
    long CreatedAt,
    long ExpiresAt,
    ApprovalState State,
    long DecidedAt,
    long EndsAt,
    byte[] Mac);
