namespace Appliance.Identity;

/// <summary>What a sign-in gives (CSC API v1 11.2).</summary>
/// <param name="Status">Ok or the reason of the refusal.</param>
/// <param name="AccessToken">43 characters of base64url; empty unless Ok.</param>
/// <param name="ExpiresIn">Seconds that the access token lives; 0 unless Ok.</param>
/// <param name="RefreshToken">43 characters of base64url; null unless asked for.</param>
public readonly record struct LoginResult(LoginStatus Status, string AccessToken, int ExpiresIn, string? RefreshToken)
{
    /// <summary>A refusal: no tokens.</summary>
    public static LoginResult Refused(LoginStatus status) => new(status, "", 0, null);
}
