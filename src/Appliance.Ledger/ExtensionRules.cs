using Appliance.Storage;

namespace Appliance.Ledger;

/// <summary>What holds for an extension beside the activation itself.</summary>
/// <param name="Policy">Which hashes it may add.</param>
/// <param name="CredentialVersion">The version of the credential whose policy that is.</param>
/// <param name="SadExpiresAt">The end of the SAD in hand.</param>
/// <param name="Lifetime">
/// How long the whole chain lives from the moment when the signer authorised it, milliseconds.
/// </param>
public readonly record struct ExtensionRules(
    ExtensionPolicy Policy, long CredentialVersion, long SadExpiresAt, long Lifetime);
