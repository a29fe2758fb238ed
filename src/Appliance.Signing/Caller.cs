namespace Appliance.Signing;

/// <summary>
/// Who calls, already authenticated by <c>Appliance.Identity</c>. Signing never validates tokens.
/// </summary>
/// <param name="SignerId">The signer that the service token belongs to.</param>
/// <param name="ClientId">The client application; <see cref="Guid.Empty"/> when a signer signed in by itself.</param>
public readonly record struct Caller(Guid SignerId, Guid ClientId);
