namespace Appliance.Signing;

/// <summary>The beginning of a bulk activation, wire-neutral.</summary>
/// <param name="Caller">The authenticated caller.</param>
/// <param name="CredentialId">The credential to activate; one that seals.</param>
/// <param name="SignatureCount">How many hashes it is going to have, 1 to the credential's multisign.</param>
public sealed record BulkOpenRequest(Caller Caller, Guid CredentialId, int SignatureCount);
