using Appliance.Storage.Sql;

namespace Appliance.Storage;

/// <summary>How far each continuous export of the audit trail came, per chain.</summary>
public sealed class AuditCursorTable
{
    private readonly Statement _set;
    private readonly Statement _list;

    internal AuditCursorTable(SqlSession session)
    {
        _set = session.Prepare(
            "INSERT INTO audit_cursor (sink, chain, position) VALUES (?1, ?2, ?3) "
            + "ON CONFLICT (sink, chain) DO UPDATE SET position = excluded.position "
            + "WHERE audit_cursor.position < excluded.position");
        _list = session.Prepare("SELECT chain, position FROM audit_cursor WHERE sink = ?1");
    }

    /// <summary>Notes the position of the last record that was taken; cursors only go forward.</summary>
    public void Set(string sink, long chain, long position)
        => _set.Start().Bind(sink).Bind(chain).Bind(position).Execute();

    /// <summary>The positions by chain.</summary>
    public IReadOnlyDictionary<long, long> List(string sink)
    {
        using var rows = _list.Start().Bind(sink).Rows();
        var result = new Dictionary<long, long>();
        while (rows.Next())
        {
            result[rows.Int64(0)] = rows.Int64(1);
        }

        return result;
    }
}
