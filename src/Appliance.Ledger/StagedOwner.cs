namespace Appliance.Ledger;

/// <summary>Who goes on with a bulk activation: the signer and the client that began it.</summary>
/// <param name="ActivationId">The activation.</param>
/// <param name="SignerId">
/// The caller's signer; <see cref="Guid.Empty"/> for a client that calls in its own name, whose activations are its own
/// whosever credentials they are for.
/// </param>
/// <param name="ClientId">The caller's client application.</param>
public readonly record struct StagedOwner(Guid ActivationId, Guid SignerId, Guid ClientId)
{
    /// <summary>Whether an activation of this signer, begun by this client, is its.</summary>
    internal bool Owns(Guid signerId, Guid clientId)
        => clientId == ClientId && (SignerId == Guid.Empty ? ClientId != Guid.Empty : SignerId == signerId);
}
