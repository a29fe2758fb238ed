using Appliance.Storage.Sql;

namespace Appliance.Storage;

/// <summary>The wrapped copies of the root key.</summary>
public sealed class RootKeyTable
{
    private const string Columns = "token_serial, mechanism, wrapping_key_id, iv, wrapped, state, created_at";

    private readonly Statement _insert;
    private readonly Statement _list;

    internal RootKeyTable(SqlSession session)
    {
        _insert = session.Prepare(
            $"INSERT INTO root_key ({Columns}, id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, " +
            "coalesce(nullif(?8, 0), (SELECT coalesce(max(id), 0) + 1 FROM root_key)))");
        _list = session.Prepare($"SELECT {Columns}, id FROM root_key ORDER BY id LIMIT 1000");
    }

    /// <summary>Adds a wrapped copy.</summary>
    public void Insert(RootKeyRow row) => _insert.Start()
        .Bind(row.TokenSerial).Bind(row.Mechanism).Bind(row.WrappingKeyId).Bind(row.Iv).Bind(row.Wrapped)
        .Bind(row.State).Bind(row.CreatedAt).Bind(row.Id)
        .Execute();

    /// <summary>All copies, oldest first, at most 1,000.</summary>
    public IReadOnlyList<RootKeyRow> List()
    {
        using var rows = _list.Start().Rows();
        var result = new List<RootKeyRow>();
        while (rows.Next())
        {
            result.Add(new RootKeyRow(
                rows.Int32(7),
                rows.Text(0),
                rows.Int32(1),
                rows.Bytes(2),
                rows.Bytes(3),
                rows.Bytes(4),
                rows.Int32(5),
                rows.Int64(6)));
        }

        return result;
    }
}
