namespace Appliance.Ledger;

/// <summary>What a removal of old audit records did.</summary>
/// <param name="Seal">The seal up to which it went; null when none is old enough.</param>
/// <param name="Chains">Chains that lost records.</param>
/// <param name="Records">Records removed.</param>
public sealed record AuditRemoval(long? Seal, int Chains, long Records);
