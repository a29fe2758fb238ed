using Appliance.Signing;

namespace Appliance.Identity.Tokens;

/// <summary>What is remembered of a live access token.</summary>
/// <param name="Caller">Whose it is.</param>
/// <param name="GrantId">The sign-in that it came from.</param>
/// <param name="ExpiresAt">Unix milliseconds.</param>
/// <param name="Gate">The limits of the client that calls; null for a signer's own.</param>
internal sealed record CachedToken(Caller Caller, Guid GrantId, long ExpiresAt, ClientGate? Gate = null);
