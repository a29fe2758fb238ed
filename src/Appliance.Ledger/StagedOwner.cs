namespace Appliance.Ledger;

/// <summary>Who goes on with a bulk activation: the signer and the client that began it.</summary>
/// <param name="ActivationId">The activation.</param>
/// <param name="SignerId">The caller's signer.</param>
/// <param name="ClientId">The caller's client application.</param>
public readonly record struct StagedOwner(Guid ActivationId, Guid SignerId, Guid ClientId);
