namespace Appliance.Server.Options;

/// <summary>
/// Everything an operator decides, read once at start from the configuration file, the environment
/// (<c>APPLIANCE__LISTEN__REST</c>) and the command line, and validated together.
/// </summary>
internal sealed class ApplianceOptions
{
    public StoreSettings Store { get; init; } = new();

    public TokenSettings Token { get; init; } = new();

    public ListenSettings Listen { get; init; } = new();

    public TotpSettings Totp { get; init; } = new();

    public SignInSettings SignIn { get; init; } = new();

    public SigningSettings Signing { get; init; } = new();

    public LimitSettings Limits { get; init; } = new();

    public InfoSettings Info { get; init; } = new();

    /// <summary>Reads and validates all settings.</summary>
    /// <exception cref="OptionsException">Something is wrong; every fault is named.</exception>
    public static ApplianceOptions Load(IConfiguration configuration)
    {
        var settings = new SettingsReader(configuration);
        var options = new ApplianceOptions
        {
            Store = StoreSettings.Read(settings),
            Token = TokenSettings.Read(settings),
            Listen = ListenSettings.Read(settings),
            Totp = TotpSettings.Read(settings),
            SignIn = SignInSettings.Read(settings),
            Signing = SigningSettings.Read(settings),
            Limits = LimitSettings.Read(settings),
            Info = InfoSettings.Read(settings),
        };
        settings.CheckUnknown();
        return settings.Faults.Count == 0 ? options : throw new OptionsException(settings.Faults);
    }
}
