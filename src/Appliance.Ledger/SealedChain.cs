namespace Appliance.Ledger;

/// <summary>How far a seal covers a chain of audit records.</summary>
/// <param name="Chain">The chain's id.</param>
/// <param name="Length">Records covered, from the first on.</param>
/// <param name="Closed">True when the chain had ended: later seals leave it out.</param>
/// <param name="Head">The hash of the last record covered, 32 bytes.</param>
public sealed record SealedChain(long Chain, long Length, bool Closed, byte[] Head);
