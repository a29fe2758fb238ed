using Appliance.Storage.Sql;

namespace Appliance.Storage;

/// <summary>The chains of the audit trail.</summary>
public sealed class AuditChainTable
{
    private const string Columns =
        "id, node, incarnation, lane, writer, opened_at, closed_at, length, head, sealed";

    private readonly Statement _insert;
    private readonly Statement _close;
    private readonly Statement _setSealed;
    private readonly Statement _find;
    private readonly Statement _list;
    private readonly Statement _listUnsealed;
    private readonly Statement _listOpen;
    private readonly Statement _removeWriter;

    internal AuditChainTable(SqlSession session)
    {
        _insert = session.Prepare(
            "INSERT INTO audit_chain (node, incarnation, lane, writer, opened_at) VALUES (?1, ?2, ?3, ?4, ?5) "
            + "RETURNING id");
        _close = session.Prepare(
            "UPDATE audit_chain SET closed_at = ?2, length = ?3, head = ?4 WHERE id = ?1 AND closed_at IS NULL");
        _setSealed = session.Prepare(
            "UPDATE audit_chain SET sealed = ?2 WHERE id = ?1 AND closed_at IS NOT NULL");
        _find = session.Prepare($"SELECT {Columns} FROM audit_chain WHERE id = ?1");
        _list = session.Prepare($"SELECT {Columns} FROM audit_chain WHERE id > ?1 ORDER BY id LIMIT ?2");
        _listUnsealed = session.Prepare($"SELECT {Columns} FROM audit_chain WHERE sealed IS NULL ORDER BY id");
        _listOpen = session.Prepare(
            $"SELECT {Columns} FROM audit_chain WHERE sealed IS NULL AND closed_at IS NULL ORDER BY id");
        _removeWriter = session.Prepare("DELETE FROM writer WHERE id = ?1");
    }

    /// <summary>Closes a chain, unless it is closed already.</summary>
    /// <returns>False when it was closed before.</returns>
    public bool Close(AuditHead head, long at)
    {
        ArgumentNullException.ThrowIfNull(head);
        return _close.Start().Bind(head.Chain).Bind(at).Bind(head.Length).Bind(head.Hash.Span).Execute() == 1;
    }

    /// <summary>Notes which seal covers a chain closed.</summary>
    public void SetSealed(long chain, long seal) => _setSealed.Start().Bind(chain).Bind(seal).Execute();

    /// <summary>A chain; null when there is none.</summary>
    public AuditChainRow? Find(long chain)
    {
        using var rows = _find.Start().Bind(chain).Rows();
        return rows.Next() ? Read(rows) : null;
    }

    /// <summary>A page of all chains, by id.</summary>
    public IReadOnlyList<AuditChainRow> List(long after, int limit) => ReadAll(_list.Start().Bind(after).Bind(limit));

    /// <summary>Those that no seal covers closed.</summary>
    public IReadOnlyList<AuditChainRow> ListUnsealed() => ReadAll(_listUnsealed.Start());

    /// <summary>Those that are not closed.</summary>
    public IReadOnlyList<AuditChainRow> ListOpen() => ReadAll(_listOpen.Start());

    /// <summary>
    /// Takes a connection's row away, in a store that nodes share: it waits for the connection's transaction, and
    /// afterwards the connection adds nothing more to its chain.
    /// </summary>
    public void RemoveWriter(long writer) => _removeWriter.Start().Bind(writer).Execute();

    internal long Insert(AuditChainRow row)
    {
        using var rows = _insert.Start()
            .Bind(row.Node).Bind(row.Incarnation).Bind(row.Lane).Bind(row.Writer).Bind(row.OpenedAt).Rows();
        rows.Next();
        return rows.Int64(0);
    }

    private static List<AuditChainRow> ReadAll(Statement statement)
    {
        using var rows = statement.Rows();
        var result = new List<AuditChainRow>();
        while (rows.Next())
        {
            result.Add(Read(rows));
        }

        return result;
    }

    private static AuditChainRow Read(Rows rows) => new(
        rows.Int64(0),
        rows.Text(1),
        rows.Int64(2),
        rows.Int64(3),
        rows.Int64(4),
        rows.Int64(5),
        rows.NullableInt64(6),
        rows.NullableInt64(7),
        rows.NullableBytes(8),
        rows.NullableInt64(9));
}
