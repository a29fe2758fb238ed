namespace Appliance.Ledger;

/// <summary>What a verification of the audit trail found.</summary>
/// <param name="Records">Records verified.</param>
/// <param name="Chains">Chains that they belong to.</param>
/// <param name="Seals">Seals verified.</param>
/// <param name="Unsealed">Records that no seal covers yet.</param>
/// <param name="Removed">Records that are gone as their retention ended.</param>
/// <param name="Findings">What is wrong, the first of it.</param>
/// <param name="FindingCount">How much is wrong in all.</param>
/// <param name="Notices">What is worth knowing and not wrong.</param>
/// <param name="Elapsed">How long it took.</param>
public sealed record AuditReport(
    long Records,
    int Chains,
    long Seals,
    long Unsealed,
    long Removed,
    IReadOnlyList<AuditFinding> Findings,
    long FindingCount,
    IReadOnlyList<string> Notices,
    TimeSpan Elapsed)
{
    /// <summary>Seals that have a time stamp.</summary>
    public long Timestamps { get; init; }

    /// <summary>True when nothing is wrong.</summary>
    public bool IsSound => FindingCount == 0;
}
