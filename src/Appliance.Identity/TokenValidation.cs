using Appliance.Signing;

namespace Appliance.Identity;

/// <summary>What <see cref="AccessTokens"/> tells of a token.</summary>
/// <param name="Status">What the token is worth.</param>
/// <param name="Caller">Whose it is; default unless Valid.</param>
/// <param name="Gate">The limits of the client that calls; null for a signer's own, and unless Valid.</param>
public readonly record struct TokenValidation(TokenStatus Status, Caller Caller, ClientGate? Gate = null);
