using System.Globalization;

namespace Appliance.Ledger.Auditing;

/// <summary>Collects what is wrong; beyond a bound it only counts.</summary>
internal sealed class Findings(int most)
{
    public List<AuditFinding> Kept { get; } = [];

    public long Count { get; private set; }

    public List<string> Notices { get; } = [];

    public void Add(AuditFindingKind kind, long? chain, long? position, long? seal, FormattableString text)
    {
        Count++;
        if (Kept.Count < most)
        {
            Kept.Add(new AuditFinding(kind, chain, position, seal, text.ToString(CultureInfo.InvariantCulture)));
        }
    }

    public void Note(FormattableString text)
    {
        if (Notices.Count < most)
        {
            Notices.Add(text.ToString(CultureInfo.InvariantCulture));
        }
    }
}
