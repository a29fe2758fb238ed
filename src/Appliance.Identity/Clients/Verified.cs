using Appliance.Storage;

namespace Appliance.Identity.Clients;

/// <summary>A client that has proven who it is.</summary>
/// <param name="Client">Its row as it was read.</param>
/// <param name="SecretId">What it proved itself with.</param>
/// <param name="Method">How, for the audit trail.</param>
/// <param name="Assertion">The assertion that must not serve again; null for none.</param>
internal sealed record Verified(ClientRow Client, Guid SecretId, string Method, Assertion? Assertion);
