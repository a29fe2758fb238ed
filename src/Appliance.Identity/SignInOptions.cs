namespace Appliance.Identity;

/// <summary>How long sign-ins last.</summary>
public sealed class SignInOptions
{
    /// <summary>Life of an access token, 1 minute to 24 hours. Default 1 hour, as CSC API v1 11.2.</summary>
    public TimeSpan AccessTokenLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Life of a refresh token, 1 hour to 365 days. Default 30 days; each use gives a new one with a new life.
    /// </summary>
    public TimeSpan RefreshTokenLifetime { get; init; } = TimeSpan.FromDays(30);

    /// <summary>What is wrong with these options, a sentence each; empty when nothing is.</summary>
    public IReadOnlyList<string> Validate()
    {
        var wrong = new List<string>();
        if (AccessTokenLifetime < TimeSpan.FromMinutes(1) || AccessTokenLifetime > TimeSpan.FromHours(24))
        {
            wrong.Add("AccessTokenLifetime must be 1 minute to 24 hours.");
        }

        if (RefreshTokenLifetime < TimeSpan.FromHours(1) || RefreshTokenLifetime > TimeSpan.FromDays(365))
        {
            wrong.Add("RefreshTokenLifetime must be 1 hour to 365 days.");
        }

        return wrong;
    }
}
