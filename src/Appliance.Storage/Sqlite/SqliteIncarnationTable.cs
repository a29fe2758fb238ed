namespace Appliance.Storage.Sqlite;

/// <summary>A file has one owner at a time, so every earlier incarnation is dead, and a lease says nothing.</summary>
internal sealed class SqliteIncarnationTable : IncarnationTable
{
    private readonly SqliteStatement _insert;
    private readonly SqliteStatement _listDead;
    private readonly SqliteStatement _settle;

    private readonly SqliteIncarnation _current;

    public SqliteIncarnationTable(Database database, SqliteIncarnation current)
    {
        _current = current;
        _insert = database.Prepare("INSERT INTO incarnation (node, started_at) VALUES (?1, ?2) RETURNING id");
        _listDead = database.Prepare(
            "SELECT id, node, started_at FROM incarnation WHERE id < ?1 AND settled_at IS NULL ORDER BY id");
        _settle = database.Prepare("UPDATE incarnation SET settled_at = ?2 WHERE id = ?1");
    }

    public override long Insert(string node, long startedAt, TimeSpan lease)
    {
        using var rows = _insert.Start().Bind(node).Bind(startedAt).Rows();
        rows.Next();
        (_current.Number, _current.Node) = (rows.Int64(0), node);
        return _current.Number;
    }

    public override bool Renew(long incarnation, TimeSpan lease) => true;

    public override IReadOnlyList<IncarnationRow> ListDead(long incarnation, string node, TimeSpan margin)
    {
        using var rows = _listDead.Start().Bind(incarnation).Rows();
        var result = new List<IncarnationRow>();
        while (rows.Next())
        {
            result.Add(new IncarnationRow(rows.Int64(0), rows.Text(1), rows.Int64(2)));
        }

        return result;
    }

    public override void Fence(long incarnation, long at)
    {
        // Its process has ended: the file's lock says so.
    }

    public override void Settle(long incarnation, long at) => _settle.Start().Bind(incarnation).Bind(at).Execute();
}
