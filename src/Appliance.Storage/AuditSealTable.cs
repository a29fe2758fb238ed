using Appliance.Storage.Sql;

namespace Appliance.Storage;

/// <summary>The seals over the audit trail.</summary>
public sealed class AuditSealTable
{
    private const string Columns = "number, at, body, hash, signature, timestamp";

    private readonly Statement _insert;
    private readonly Statement _last;
    private readonly Statement _list;

    internal AuditSealTable(SqlSession session)
    {
        _insert = session.Prepare(
            $"INSERT INTO audit_seal ({Columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (number) DO NOTHING");
        _last = session.Prepare($"SELECT {Columns} FROM audit_seal ORDER BY number DESC LIMIT 1");
        _list = session.Prepare($"SELECT {Columns} FROM audit_seal WHERE number > ?1 ORDER BY number LIMIT ?2");
    }

    /// <summary>Adds a seal, unless somebody else was first with its number.</summary>
    /// <returns>False when somebody was.</returns>
    public bool TryInsert(AuditSealRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return _insert.Start()
            .Bind(row.Number).Bind(row.At).Bind(row.Body).Bind(row.Hash).Bind(row.Signature).Bind(row.Timestamp)
            .Execute() == 1;
    }

    /// <summary>The newest; null when there is none.</summary>
    public AuditSealRow? FindLast()
    {
        using var rows = _last.Start().Rows();
        return rows.Next() ? Read(rows) : null;
    }

    /// <summary>A page, by number.</summary>
    public IReadOnlyList<AuditSealRow> List(long after, int limit)
    {
        using var rows = _list.Start().Bind(after).Bind(limit).Rows();
        var result = new List<AuditSealRow>();
        while (rows.Next())
        {
            result.Add(Read(rows));
        }

        return result;
    }

    private static AuditSealRow Read(Rows rows) => new(
        rows.Int64(0), rows.Int64(1), rows.Bytes(2), rows.Bytes(3), rows.Bytes(4), rows.NullableBytes(5));
}
