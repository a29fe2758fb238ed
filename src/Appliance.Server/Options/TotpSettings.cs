using Appliance.Factors;

namespace Appliance.Server.Options;

/// <summary>Section Totp: new factors, and how codes are judged.</summary>
internal sealed class TotpSettings
{
    /// <summary>Totp:Issuer. The name above the code in the signer's application. Default "Signing appliance".</summary>
    public string Issuer { get; init; } = "Signing appliance";

    /// <summary>Totp:Window. Steps accepted on either side, 0 or 1. Default 1 (RFC 6238 section 5.2).</summary>
    public int Window { get; init; } = 1;

    public static TotpSettings Read(SettingsReader settings)
    {
        var totp = new TotpSettings
        {
            Issuer = settings.Text("Totp:Issuer") ?? "Signing appliance",
            Window = settings.Integer("Totp:Window", 1, 0, 1),
        };
        foreach (var wrong in new TotpOptions { Issuer = totp.Issuer, Window = totp.Window }.Validate())
        {
            settings.Fault($"Totp:{wrong}");
        }

        return totp;
    }
}
