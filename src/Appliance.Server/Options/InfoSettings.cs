namespace Appliance.Server.Options;

/// <summary>Section Info: what the method info says about this service (CSC API 11.1).</summary>
internal sealed class InfoSettings
{
    private const int TextLimit = 255;

    /// <summary>Info:Name, at most 255 characters.</summary>
    public string Name { get; init; } = "Signing appliance";

    /// <summary>Info:Region, ISO 3166-1 alpha-2. Default EU, which that list reserves.</summary>
    public string Region { get; init; } = "EU";

    /// <summary>Info:Lang, RFC 5646: the language of all texts.</summary>
    public string Lang { get; init; } = "en-US";

    /// <summary>Info:Description, at most 255 characters.</summary>
    public string Description { get; init; } = "Remote signatures by the Cloud Signature Consortium API";

    /// <summary>Info:Logo, the address of a PNG or JPEG. The default's .invalid says that none was published.</summary>
    public string Logo { get; init; } = "https://appliance.invalid/logo.png";

    public static InfoSettings Read(SettingsReader settings)
    {
        var defaults = new InfoSettings();
        var info = new InfoSettings
        {
            Name = settings.Text("Info:Name") ?? defaults.Name,
            Region = settings.Text("Info:Region") ?? defaults.Region,
            Lang = settings.Text("Info:Lang") ?? defaults.Lang,
            Description = settings.Text("Info:Description") ?? defaults.Description,
            Logo = settings.Text("Info:Logo") ?? defaults.Logo,
        };
        Check(settings, "Info:Name", info.Name.Length <= TextLimit, "must have at most 255 characters.");
        Check(settings, "Info:Description", info.Description.Length <= TextLimit, "must have at most 255 characters.");
        Check(
            settings,
            "Info:Region",
            info.Region.Length == 2 && info.Region.All(char.IsAsciiLetterUpper),
            "must be a country code of two capital letters (ISO 3166-1), e.g. DE.");
        Check(
            settings,
            "Info:Lang",
            info.Lang.Length <= 35 && info.Lang.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'),
            "must be a language tag (RFC 5646), e.g. en-US.");
        Check(
            settings,
            "Info:Logo",
            Uri.TryCreate(info.Logo, UriKind.Absolute, out var logo) && logo.Scheme is "https" or "http",
            "must be the https address of a PNG or JPEG.");
        return info;
    }

    private static void Check(SettingsReader settings, string key, bool good, string demand)
    {
        if (!good)
        {
            settings.Wrong(key, demand);
        }
    }
}
