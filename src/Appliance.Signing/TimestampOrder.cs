using Appliance.Storage;

namespace Appliance.Signing;

/// <summary>Who asks for a time stamp.</summary>
/// <param name="Caller">Who: a signer, or a client in its own name.</param>
/// <param name="CredentialId">
/// The credential whose package is drawn on where no signature has paid for it; a client names its signer by it. Null:
/// the signer's oldest one that has something left; a client's time stamp is nobody's then.
/// </param>
/// <param name="Algorithm">The algorithm of the imprint.</param>
/// <param name="RequireTransaction">No time stamp where no transaction pays for it.</param>
public readonly record struct TimestampOrder(
    Caller Caller,
    Guid? CredentialId,
    ImprintAlgorithm Algorithm,
    bool RequireTransaction);
