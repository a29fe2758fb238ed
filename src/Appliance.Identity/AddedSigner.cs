namespace Appliance.Identity;

/// <summary>What <see cref="SignerDirectory.AddSignerAsync"/> made.</summary>
/// <param name="SignerId">The signer's id.</param>
/// <param name="ProfileId">The id of its first profile, that of the natural person.</param>
public readonly record struct AddedSigner(Guid SignerId, Guid ProfileId);
