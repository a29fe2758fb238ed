namespace Appliance.Factors;

/// <summary>Lives and limits of codes, links and PINs.</summary>
public sealed class CodeOptions
{
    /// <summary>Life of activation codes, 1 to 60 minutes. Default 10 minutes.</summary>
    public TimeSpan ActivationLife { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Life of pairing codes, 1 to 60 minutes. Default 10 minutes.</summary>
    public TimeSpan PairingLife { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Life of recovery codes, 1 to 60 minutes. Default 10 minutes.</summary>
    public TimeSpan RecoveryLife { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Life of each code of a change of telephone, 1 to 60 minutes. Default 5 minutes.</summary>
    public TimeSpan PhoneLife { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Life of codes that authorise signatures, 1 to 60 minutes. Default 5 minutes.</summary>
    public TimeSpan SigningLife { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// No second code within this time of the last one for the same purpose, unless that was used, 1 minute to 24
    /// hours. Default 30 minutes (service-behaviours B7).
    /// </summary>
    public TimeSpan Resend { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// As <see cref="Resend"/>, of codes that authorise signatures. Default 5 minutes: who signs waits for it.
    /// </summary>
    public TimeSpan SigningResend { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Wrong tries that void a code, 1 to 10. Default 5.</summary>
    public int Tries { get; init; } = 5;

    /// <summary>Wrong PINs in a row that lock the PIN, 1 to 10. Default 5.</summary>
    public int PinTries { get; init; } = 5;

    /// <summary>Fewest digits of a new PIN, 4 to 12. Default 4.</summary>
    public int PinDigits { get; init; } = 4;

    /// <summary>What is wrong with these options, a sentence each; empty when nothing is.</summary>
    public IReadOnlyList<string> Validate()
    {
        var wrong = new List<string>();
        var hour = TimeSpan.FromHours(1);
        Check(wrong, nameof(ActivationLife), ActivationLife, hour);
        Check(wrong, nameof(PairingLife), PairingLife, hour);
        Check(wrong, nameof(RecoveryLife), RecoveryLife, hour);
        Check(wrong, nameof(PhoneLife), PhoneLife, hour);
        Check(wrong, nameof(SigningLife), SigningLife, hour);
        Check(wrong, nameof(Resend), Resend, TimeSpan.FromHours(24));
        Check(wrong, nameof(SigningResend), SigningResend, TimeSpan.FromHours(24));
        if (Tries is < 1 or > 10)
        {
            wrong.Add("Tries must be 1 to 10.");
        }

        if (PinTries is < 1 or > 10)
        {
            wrong.Add("PinTries must be 1 to 10.");
        }

        if (PinDigits is < PinPolicy.MinimumDigits or > PinPolicy.MaximumDigits)
        {
            wrong.Add("PinDigits must be 4 to 12.");
        }

        return wrong;
    }

    internal TimeSpan LifeOf(CodePurpose purpose) => purpose switch
    {
        CodePurpose.Activation => ActivationLife,
        CodePurpose.Pairing => PairingLife,
        CodePurpose.Recovery => RecoveryLife,
        CodePurpose.PhoneChange or CodePurpose.NewPhone => PhoneLife,
        _ => SigningLife,
    };

    internal TimeSpan ResendOf(CodePurpose purpose) => purpose == CodePurpose.Signing ? SigningResend : Resend;

    private static void Check(List<string> wrong, string name, TimeSpan value, TimeSpan most)
    {
        if (value < TimeSpan.FromMinutes(1) || value > most)
        {
            wrong.Add($"{name} must be 1 minute to {(int)most.TotalMinutes} minutes.");
        }
    }
}
