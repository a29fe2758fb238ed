namespace Appliance.Identity;

/// <summary>How client applications authenticate, and for how long.</summary>
public sealed class ClientOptions
{
    /// <summary>Life of a client's access token, 1 minute to 24 hours. Default 1 hour.</summary>
    public TimeSpan AccessTokenLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// What an assertion's aud may be: our issuer, or the URL of the token endpoint (RFC 7523 section 3). Without any,
    /// assertions are not taken: one that was made for somebody else must not serve here.
    /// </summary>
    public IReadOnlyList<string> Audiences { get; init; } = [];

    /// <summary>How far ahead an assertion's exp may lie, 10 seconds to 1 hour. Default 5 minutes.</summary>
    public TimeSpan AssertionLifetime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How much a client's clock may differ, 0 to 5 minutes. Default 30 seconds.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(30);
}
