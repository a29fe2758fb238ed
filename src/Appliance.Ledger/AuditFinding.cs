namespace Appliance.Ledger;

/// <summary>One thing that is wrong with the audit trail.</summary>
/// <param name="Kind">What.</param>
/// <param name="Chain">The chain concerned.</param>
/// <param name="Position">The first position concerned.</param>
/// <param name="Seal">The seal concerned.</param>
/// <param name="Text">A sentence for people.</param>
public sealed record AuditFinding(AuditFindingKind Kind, long? Chain, long? Position, long? Seal, string Text);
