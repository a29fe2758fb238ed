using Appliance.Signing;

namespace Appliance.Server.Options;

/// <summary>Section Signing: activations.</summary>
internal sealed class SigningSettings
{
    /// <summary>
    /// Signing:SadLifetimeSeconds, 10 to 86,400. Default 3,600, what clients assume without expiresIn (CSC API 11.6).
    /// </summary>
    public TimeSpan SadLifetime { get; init; } = TimeSpan.FromHours(1);

    public static SigningSettings Read(SettingsReader settings) => new()
    {
        SadLifetime = settings.Seconds(
            "Signing:SadLifetimeSeconds",
            TimeSpan.FromHours(1),
            TimeSpan.FromSeconds(10),
            SigningOptions.SadLifetimeLimit),
    };
}
