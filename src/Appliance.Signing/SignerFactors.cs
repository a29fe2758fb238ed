using Appliance.Factors;

namespace Appliance.Signing;

/// <summary>What signers prove their will with.</summary>
public sealed class SignerFactors
{
    /// <summary>Their authenticators.</summary>
    public required TotpFactors Totp { get; init; }

    /// <summary>Their PINs.</summary>
    public required PinFactors Pins { get; init; }

    /// <summary>The codes that they are sent.</summary>
    public required OneTimeCodes Codes { get; init; }

    /// <summary>Where they are reached.</summary>
    public required Contacts Contacts { get; init; }
}
