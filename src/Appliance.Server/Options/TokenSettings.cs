using Appliance.Pkcs11;

namespace Appliance.Server.Options;

/// <summary>Section Token: the hardware that holds the keys.</summary>
internal sealed class TokenSettings
{
    /// <summary>Token:Module. Path of the vendor's PKCS#11 library. Required.</summary>
    public string Module { get; init; } = "";

    /// <summary>Token:Token. A label, <c>serial:...</c> or an RFC 7512 URI. Required.</summary>
    public string Selector { get; init; } = "";

    /// <summary>Token:PinFile. A file whose first line is the PIN; this or PinEnvironment.</summary>
    public string? PinFile { get; init; }

    /// <summary>Token:PinEnvironment. The name of the environment variable that holds the PIN.</summary>
    public string? PinVariable { get; init; }

    /// <summary>Token:Sessions. Signing sessions per slot; 0 (default) takes twice the processors.</summary>
    public int Sessions { get; init; }

    /// <summary>Token:QueueLimit. Most jobs that wait per slot and lane. Default 4,096 (SlotGroupOptions).</summary>
    public int QueueLimit { get; init; } = 4_096;

    /// <summary>Token:Dispatch. Workers (default): each session has a thread, as a network HSM needs; or Inline.</summary>
    public SlotDispatch Dispatch { get; init; }

    public static TokenSettings Read(SettingsReader settings)
    {
        var token = new TokenSettings
        {
            Module = settings.Required(
                "Token:Module", "name the PKCS#11 library, e.g. /usr/lib/softhsm/libsofthsm2.so."),
            Selector = settings.Required(
                "Token:Token", "name the token by its label, serial:NUMBER or a pkcs11: URI."),
            PinFile = settings.Text("Token:PinFile"),
            PinVariable = settings.Text("Token:PinEnvironment"),
            Sessions = settings.Integer("Token:Sessions", 0, 0, 1_024),
            QueueLimit = settings.Integer("Token:QueueLimit", 4_096, 1, 1_000_000),
            Dispatch = settings.Choice("Token:Dispatch", SlotDispatch.Workers),
        };
        if (token.PinFile is null == token.PinVariable is null)
        {
            settings.Fault(token.PinFile is null
                ? "Neither Token:PinFile nor Token:PinEnvironment is set: say where the token's PIN comes from."
                : "Token:PinFile and Token:PinEnvironment are both set: keep one of them.");
        }

        return token;
    }
}
