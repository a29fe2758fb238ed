using Appliance.Storage.Sql;

namespace Appliance.Storage;

/// <summary>What retention removed of the audit trail.</summary>
public sealed class AuditSegmentTable
{
    private const string Columns = "chain, last, head, seal, removed_at";

    private readonly Statement _set;
    private readonly Statement _list;

    internal AuditSegmentTable(SqlSession session)
    {
        _set = session.Prepare(
            $"INSERT INTO audit_segment ({Columns}) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (chain) DO UPDATE SET "
            + "last = excluded.last, head = excluded.head, seal = excluded.seal, removed_at = excluded.removed_at");
        _list = session.Prepare($"SELECT {Columns} FROM audit_segment ORDER BY chain");
    }

    /// <summary>Notes how much of a chain goes.</summary>
    public void Set(AuditSegmentRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        _set.Start().Bind(row.Chain).Bind(row.Last).Bind(row.Head).Bind(row.Seal).Bind(row.RemovedAt).Execute();
    }

    /// <summary>All of them, by chain.</summary>
    public IReadOnlyList<AuditSegmentRow> List()
    {
        using var rows = _list.Start().Rows();
        var result = new List<AuditSegmentRow>();
        while (rows.Next())
        {
            result.Add(new AuditSegmentRow(
                rows.Int64(0), rows.Int64(1), rows.Bytes(2), rows.Int64(3), rows.Int64(4)));
        }

        return result;
    }
}
