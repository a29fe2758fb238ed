using Appliance.Storage.Sql;

namespace Appliance.Storage;

/// <summary>The starts of nodes: every reservation names the one that made it.</summary>
public sealed class IncarnationTable
{
    private readonly Statement _insert;
    private readonly Statement _settle;

    internal IncarnationTable(SqlSession session)
    {
        _insert = session.Prepare("INSERT INTO incarnation (node, started_at) VALUES (?1, ?2) RETURNING id");
        _settle = session.Prepare(
            "UPDATE incarnation SET settled_at = ?2 WHERE id < ?1 AND settled_at IS NULL");
    }

    /// <summary>Records a start.</summary>
    /// <param name="node">The node's name.</param>
    /// <param name="startedAt">Unix milliseconds.</param>
    /// <returns>The incarnation's number; numbers only grow.</returns>
    public long Insert(string node, long startedAt)
    {
        using var rows = _insert.Start().Bind(node).Bind(startedAt).Rows();
        rows.Next();
        return rows.Int64(0);
    }

    /// <summary>Notes that nothing of the incarnations before this one is open any more.</summary>
    /// <returns>How many were settled.</returns>
    public int SettleBefore(long incarnation, long at) => _settle.Start().Bind(incarnation).Bind(at).Execute();
}
