using Appliance.Factors;
using Appliance.Storage;

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

    /// <summary>
    /// Told in the transaction in which wrong codes lock a signer's authenticator; null where nobody is to be told.
    /// </summary>
    public Action<StoreConnection, Guid>? TotpLocked { get; init; }
}
