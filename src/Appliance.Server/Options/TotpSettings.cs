namespace Appliance.Server.Options;

/// <summary>One-time passwords (RFC 6238): SHA-1, 6 digits, 30 s, as the usual authenticators need.</summary>
internal sealed class TotpSettings
{
    /// <summary>Shown by the authenticator beside the account; 1 to 64 characters, no colon.</summary>
    public string Issuer { get; set; } = "Signing appliance";

    /// <summary>
    /// Time steps accepted either side of the present one: 0 or 1 (RFC 6238 section 5.2 says at most one).
    /// </summary>
    public int Window { get; set; } = 1;
}
