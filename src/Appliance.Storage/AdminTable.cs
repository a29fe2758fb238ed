using Appliance.Storage.Sql;

namespace Appliance.Storage;

/// <summary>Who may work the command line.</summary>
public sealed class AdminTable
{
    private const string Columns = "user_name, roles, state, created_at, changed_at, mac";

    private readonly Statement _upsert;
    private readonly Statement _find;
    private readonly Statement _list;

    internal AdminTable(SqlSession session)
    {
        _upsert = session.Prepare(
            $"INSERT INTO admin ({Columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (user_name) DO UPDATE SET " +
            "roles = excluded.roles, state = excluded.state, created_at = excluded.created_at, " +
            "changed_at = excluded.changed_at, mac = excluded.mac");
        _find = session.Prepare($"SELECT {Columns} FROM admin WHERE user_name = ?1");
        _list = session.Prepare($"SELECT {Columns} FROM admin ORDER BY user_name LIMIT 1000");
    }

    /// <summary>Adds an admin, or replaces its row.</summary>
    public void Upsert(AdminRow row) => _upsert.Start()
        .Bind(row.UserName).Bind(row.Roles).Bind((int)row.State).Bind(row.CreatedAt).Bind(row.ChangedAt).Bind(row.Mac)
        .Execute();

    /// <summary>The admin of this name, removed ones too, or null.</summary>
    public AdminRow? Find(string userName)
    {
        using var rows = _find.Start().Bind(userName).Rows();
        return rows.Next() ? Read(rows) : null;
    }

    /// <summary>All admins, removed ones too, by name, at most 1,000.</summary>
    public IReadOnlyList<AdminRow> List()
    {
        using var rows = _list.Start().Rows();
        var result = new List<AdminRow>();
        while (rows.Next())
        {
            result.Add(Read(rows));
        }

        return result;
    }

    private static AdminRow Read(Rows rows) => new(
        rows.Text(0), rows.Int32(1), (AdminState)rows.Int32(2), rows.Int64(3), rows.Int64(4), rows.Bytes(5));
}
