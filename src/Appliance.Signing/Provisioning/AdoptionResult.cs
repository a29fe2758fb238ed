using Appliance.Storage;

namespace Appliance.Signing.Provisioning;

/// <summary>What became of an adoption that was not refused.</summary>
/// <param name="Status">Whether anything was changed.</param>
/// <param name="Row">The credential; of a dry run the one that would be.</param>
public sealed record AdoptionResult(AdoptionStatus Status, CredentialRow Row);
