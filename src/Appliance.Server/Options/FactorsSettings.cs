using Appliance.Factors;

namespace Appliance.Server.Options;

/// <summary>What signers prove themselves with: lives and limits of codes, links and PINs.</summary>
internal sealed class FactorsSettings
{
    /// <summary>
    /// The portal's page to which links lead, with {token} and, when wanted, {purpose} (activation, pairing, recovery,
    /// approval) in it. A token behind a # is not told to web servers.
    /// </summary>
    public string LinkUrl { get; set; } = "https://localhost/{purpose}#{token}";

    /// <summary>Life of links that activate or pair, 1 to 60 days. Default 14.</summary>
    public int InvitationDays { get; set; } = 14;

    /// <summary>Life of links that recover a password, 10 to 1,440 minutes. Default 60.</summary>
    public int RecoveryLinkMinutes { get; set; } = 60;

    /// <summary>Life of activation codes, 1 to 60 minutes. Default 10.</summary>
    public int ActivationMinutes { get; set; } = 10;

    /// <summary>Life of pairing codes, 1 to 60 minutes. Default 10.</summary>
    public int PairingMinutes { get; set; } = 10;

    /// <summary>Life of recovery codes, 1 to 60 minutes. Default 10.</summary>
    public int RecoveryMinutes { get; set; } = 10;

    /// <summary>Life of each code of a change of telephone, 1 to 60 minutes. Default 5.</summary>
    public int PhoneMinutes { get; set; } = 5;

    /// <summary>Life of codes that authorise signatures, 1 to 60 minutes. Default 5.</summary>
    public int SigningMinutes { get; set; } = 5;

    /// <summary>No second code for one purpose within so many minutes, 1 to 1,440. Default 30.</summary>
    public int ResendMinutes { get; set; } = 30;

    /// <summary>The same for codes that authorise signatures, 1 to 1,440 minutes. Default 5.</summary>
    public int SigningResendMinutes { get; set; } = 5;

    /// <summary>Wrong tries that void a code, 1 to 10. Default 5.</summary>
    public int CodeTries { get; set; } = 5;

    /// <summary>Wrong PINs in a row that lock a PIN, 1 to 10. Default 5.</summary>
    public int PinTries { get; set; } = 5;

    /// <summary>Fewest digits of a new PIN, 4 to 12. Default 4.</summary>
    public int PinDigits { get; set; } = 4;

    public CodeOptions ToOptions() => new()
    {
        ActivationLife = TimeSpan.FromMinutes(ActivationMinutes),
        PairingLife = TimeSpan.FromMinutes(PairingMinutes),
        RecoveryLife = TimeSpan.FromMinutes(RecoveryMinutes),
        PhoneLife = TimeSpan.FromMinutes(PhoneMinutes),
        SigningLife = TimeSpan.FromMinutes(SigningMinutes),
        Resend = TimeSpan.FromMinutes(ResendMinutes),
        SigningResend = TimeSpan.FromMinutes(SigningResendMinutes),
        Tries = CodeTries,
        PinTries = PinTries,
        PinDigits = PinDigits,
    };

    public LinkAddresses ToAddresses(TimeProvider time) => new(time)
    {
        Template = LinkUrl,
        InvitationLife = TimeSpan.FromDays(InvitationDays),
        RecoveryLife = TimeSpan.FromMinutes(RecoveryLinkMinutes),
    };
}
