namespace Appliance.Identity;

/// <summary>What limiting or restoring a signer did.</summary>
/// <param name="SignerId">The signer.</param>
/// <param name="Credentials">The credentials that were suspended, or brought back.</param>
/// <param name="Tokens">The tokens that were ended.</param>
/// <param name="Activations">The activations that were voided.</param>
public sealed record Limitation(Guid SignerId, IReadOnlyList<Guid> Credentials, int Tokens, int Activations);
