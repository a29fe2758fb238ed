namespace Appliance.Server.Options;

/// <summary>Access to the service (CSC auth/login).</summary>
internal sealed class SignInSettings
{
    /// <summary>Life of an access token, 60 to 86,400 s. Default 3,600, as CSC 11.2 takes for granted.</summary>
    public int AccessTokenSeconds { get; set; } = 3_600;

    /// <summary>Life of a refresh token, 3,600 to 31,536,000 s. Default 30 days.</summary>
    public int RefreshTokenSeconds { get; set; } = 2_592_000;
}
