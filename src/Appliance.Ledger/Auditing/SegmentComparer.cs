using Appliance.Storage;

namespace Appliance.Ledger.Auditing;

/// <summary>Whether as much of a chain is gone.</summary>
internal sealed class SegmentComparer : IEqualityComparer<AuditSegmentRow>
{
    public static SegmentComparer Instance { get; } = new();

    public bool Equals(AuditSegmentRow? x, AuditSegmentRow? y) => (x?.Chain, x?.Last) == (y?.Chain, y?.Last);

    public int GetHashCode(AuditSegmentRow obj) => obj.Chain.GetHashCode();
}
