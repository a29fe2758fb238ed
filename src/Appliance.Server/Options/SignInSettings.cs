namespace Appliance.Server.Options;

/// <summary>Section SignIn: how long sign-ins last, and how many passwords are checked at a time.</summary>
internal sealed class SignInSettings
{
    /// <summary>SignIn:AccessTokenSeconds, 60 to 86,400. Default 3,600 (CSC API v1 11.2).</summary>
    public TimeSpan AccessTokenLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>SignIn:RefreshTokenSeconds, an hour to a year. Default 30 days.</summary>
    public TimeSpan RefreshTokenLifetime { get; init; } = TimeSpan.FromDays(30);

    /// <summary>
    /// SignIn:PasswordChecks. Passwords checked at the same time, each for some tenths of a second of a processor.
    /// Default 1, so that a flood of sign-ins leaves the other processors to signing.
    /// </summary>
    public int PasswordChecks { get; init; } = 1;

    /// <summary>SignIn:PasswordQueue. Sign-ins that may wait; more are refused. Default 32.</summary>
    public int PasswordQueue { get; init; } = 32;

    public static SignInSettings Read(SettingsReader settings) => new()
    {
        AccessTokenLifetime = settings.Seconds(
            "SignIn:AccessTokenSeconds", TimeSpan.FromHours(1), TimeSpan.FromMinutes(1), TimeSpan.FromDays(1)),
        RefreshTokenLifetime = settings.Seconds(
            "SignIn:RefreshTokenSeconds", TimeSpan.FromDays(30), TimeSpan.FromHours(1), TimeSpan.FromDays(365)),
        PasswordChecks = settings.Integer("SignIn:PasswordChecks", 1, 1, 64),
        PasswordQueue = settings.Integer("SignIn:PasswordQueue", 32, 0, 10_000),
    };
}
