namespace Appliance.Identity;

/// <summary>What a client gets (RFC 6749 section 5.1).</summary>
/// <param name="Status">Ok or the reason of the refusal.</param>
/// <param name="AccessToken">43 characters of base64url; empty unless Ok.</param>
/// <param name="ExpiresIn">Seconds that the access token lives; 0 unless Ok.</param>
public readonly record struct ClientTokenResult(
    ClientAuthenticationStatus Status, string AccessToken = "", int ExpiresIn = 0);
