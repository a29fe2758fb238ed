using Appliance.Signing;

namespace Appliance.Identity;

/// <summary>The result of <see cref="AccessTokens.Validate(ReadOnlySpan{char})"/>.</summary>
/// <param name="Status">What the token is worth.</param>
/// <param name="Caller">Whose it is; default unless Valid.</param>
public readonly record struct TokenValidation(TokenStatus Status, Caller Caller);
