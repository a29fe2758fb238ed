namespace Appliance.Factors;

/// <summary>
/// How new TOTP factors are made and how codes are judged. Algorithm, digits and period are kept with each factor, so
/// that a change here does not touch factors already paired.
/// </summary>
public sealed class TotpOptions
{
    /// <summary>
    /// The name that the signer's application shows above the code; 1 to 64 characters, no colon, no control
    /// characters. Default "Signing appliance".
    /// </summary>
    public string Issuer { get; init; } = "Signing appliance";

    /// <summary>
    /// Time steps accepted on either side of the present one: 0 or 1. Default 1 (RFC 6238 section 5.2: at most one
    /// step is recommended for network delay).
    /// </summary>
    public int Window { get; init; } = 1;

    /// <summary>The HMAC hash of new factors. Default SHA-1, which every authenticator application reads.</summary>
    public TotpAlgorithm Algorithm { get; init; } = TotpAlgorithm.Sha1;

    /// <summary>Digits of new factors' codes, 6 to 8. Default 6.</summary>
    public int Digits { get; init; } = 6;

    /// <summary>Seconds that a code of a new factor lasts, 15 to 300. Default 30.</summary>
    public int Period { get; init; } = 30;

    /// <summary>What is wrong with these options, a sentence each; empty when nothing is.</summary>
    public IReadOnlyList<string> Validate()
    {
        var wrong = new List<string>();
        if (Issuer is not { Length: >= 1 and <= 64 } || Issuer.Any(c => c == ':' || char.IsControl(c)))
        {
            wrong.Add("Issuer must have 1 to 64 characters, without colon and control characters.");
        }

        if (Window is not (0 or 1))
        {
            wrong.Add("Window must be 0 (the present code only) or 1 (one code earlier or later too).");
        }

        if (!Enum.IsDefined(Algorithm))
        {
            wrong.Add("Algorithm must be Sha1, Sha256 or Sha512.");
        }

        if (Digits is < Totp.MinimumDigits or > Totp.MaximumDigits)
        {
            wrong.Add("Digits must be 6, 7 or 8.");
        }

        if (Period is < 15 or > 300)
        {
            wrong.Add("Period must be 15 to 300 seconds.");
        }

        return wrong;
    }
}
