using Appliance.Storage.Sql;

namespace Appliance.Storage.Postgres;

/// <summary>Leases by the database's clock.</summary>
internal sealed class PostgresIncarnationTable : IncarnationTable
{
    private const string Now = "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)";

    private readonly PostgresIncarnation _current;
    private readonly Statement _insert;
    private readonly Statement _renew;
    private readonly Statement _listDead;
    private readonly Statement _fence;
    private readonly Statement _removeWriters;
    private readonly Statement _settle;

    public PostgresIncarnationTable(PostgresSession session, PostgresIncarnation current)
    {
        _current = current;
        _insert = session.Prepare(
            $"INSERT INTO incarnation (node, started_at, lease_until) VALUES (?1, ?2, {Now} + ?3) RETURNING id");
        _renew = session.Prepare(
            $"UPDATE incarnation SET lease_until = {Now} + ?2 WHERE id = ?1 AND fenced_at IS NULL");
        _listDead = session.Prepare(
            "SELECT id, node, started_at FROM incarnation WHERE settled_at IS NULL AND id <> ?1 " +
            $"AND (fenced_at IS NOT NULL OR (node = ?2 AND id < ?1) OR lease_until + ?3 < {Now}) ORDER BY id");
        _fence = session.Prepare(
            "UPDATE incarnation SET fenced_at = ?2 WHERE id = ?1 AND fenced_at IS NULL");
        _removeWriters = session.Prepare("DELETE FROM writer WHERE incarnation = ?1");
        _settle = session.Prepare("UPDATE incarnation SET settled_at = ?2 WHERE id = ?1");
    }

    public override long Insert(string node, long startedAt, TimeSpan lease)
    {
        using var rows = _insert.Start().Bind(node).Bind(startedAt).Bind((long)lease.TotalMilliseconds).Rows();
        rows.Next();
        // A connection that begins before this is committed finds no such incarnation, and commits nothing.
        _current.Node = node;
        return _current.Number = rows.Int64(0);
    }

    public override bool Renew(long incarnation, TimeSpan lease)
        => _renew.Start().Bind(incarnation).Bind((long)lease.TotalMilliseconds).Execute() == 1;

    public override IReadOnlyList<IncarnationRow> ListDead(long incarnation, string node, TimeSpan margin)
    {
        using var rows = _listDead.Start().Bind(incarnation).Bind(node).Bind((long)margin.TotalMilliseconds).Rows();
        var result = new List<IncarnationRow>();
        while (rows.Next())
        {
            result.Add(new IncarnationRow(rows.Int64(0), rows.Text(1), rows.Int64(2)));
        }

        return result;
    }

    /// <summary>
    /// Deleting the writers' rows waits for their transactions; those that begin later do not find their row.
    /// </summary>
    public override void Fence(long incarnation, long at)
    {
        _fence.Start().Bind(incarnation).Bind(at).Execute();
        _removeWriters.Start().Bind(incarnation).Execute();
    }

    public override void Settle(long incarnation, long at) => _settle.Start().Bind(incarnation).Bind(at).Execute();
}
