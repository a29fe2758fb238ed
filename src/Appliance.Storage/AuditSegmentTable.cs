using Appliance.Storage.Sql;

namespace Appliance.Storage;

/// <summary>What retention removed of the audit trail.</summary>
public sealed class AuditSegmentTable
{
    private const string Columns = "chain, first, last, before, head, seal, removed_at";

    private readonly Statement _insert;
    private readonly Statement _list;

    internal AuditSegmentTable(SqlSession session)
    {
        _insert = session.Prepare($"INSERT INTO audit_segment ({Columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
        _list = session.Prepare($"SELECT {Columns} FROM audit_segment ORDER BY chain, first");
    }

    /// <summary>Notes what is removed in the same transaction.</summary>
    public void Insert(AuditSegmentRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        _insert.Start()
            .Bind(row.Chain).Bind(row.First).Bind(row.Last).Bind(row.Before).Bind(row.Head).Bind(row.Seal)
            .Bind(row.RemovedAt)
            .Execute();
    }

    /// <summary>All of them, by chain and position.</summary>
    public IReadOnlyList<AuditSegmentRow> List()
    {
        using var rows = _list.Start().Rows();
        var result = new List<AuditSegmentRow>();
        while (rows.Next())
        {
            result.Add(new AuditSegmentRow(
                rows.Int64(0),
                rows.Int64(1),
                rows.Int64(2),
                rows.Bytes(3),
                rows.Bytes(4),
                rows.Int64(5),
                rows.Int64(6)));
        }

        return result;
    }
}
