namespace Appliance.Storage.Sqlite;

/// <summary>Row at a time over SQLite's C interface.</summary>
internal sealed class SqlitePackageTable : PackageTable
{
    private const string Columns =
        "id, credential_id, state, total, remaining, valid_from, valid_until, created_at, mac, told, plan";

    private readonly SqliteStatement _insert;
    private readonly SqliteStatement _find;
    private readonly SqliteStatement _findActive;
    private readonly SqliteStatement _list;
    private readonly SqliteStatement _take;
    private readonly SqliteStatement _giveBack;
    private readonly SqliteStatement _setTold;
    private readonly SqliteStatement _update;

    public SqlitePackageTable(Database database)
    {
        _insert = database.Prepare(
            $"INSERT INTO package ({Columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");
        _find = database.Prepare($"SELECT {Columns} FROM package WHERE id = ?1");
        _findActive = database.Prepare($"SELECT {Columns} FROM package WHERE credential_id = ?1 AND state = 0");
        _list = database.Prepare($"SELECT {Columns} FROM package WHERE credential_id = ?1 ORDER BY id LIMIT 1000");
        _take = database.Prepare("UPDATE package SET remaining = remaining - ?2 WHERE id = ?1");
        _giveBack = database.Prepare("UPDATE package SET remaining = min(total, remaining + ?2) WHERE id = ?1");
        _setTold = database.Prepare("UPDATE package SET told = ?2 WHERE id = ?1");
        _update = database.Prepare(
            "UPDATE package SET state = ?2, total = ?3, remaining = ?4, valid_until = ?5, mac = ?6, told = ?7, " +
            "plan = ?8 WHERE id = ?1");
    }

    public override void Insert(in PackageRow row) => _insert.Start()
        .Bind(row.Id).Bind(row.CredentialId).Bind((int)row.State).Bind(row.Total).Bind(row.Remaining)
        .Bind(row.ValidFrom).Bind(row.ValidUntil).Bind(row.CreatedAt).Bind(row.Mac).Bind(row.Told).Bind(row.Plan)
        .Execute();

    public override bool TryFind(Guid id, out PackageRow row) => TryRead(_find.Start().Bind(id), out row);

    public override bool TryFindActive(Guid credentialId, out PackageRow row)
        => TryRead(_findActive.Start().Bind(credentialId), out row);

    public override IReadOnlyList<PackageRow> List(Guid credentialId)
    {
        using var rows = _list.Start().Bind(credentialId).Rows();
        var result = new List<PackageRow>();
        while (rows.Next())
        {
            result.Add(Read(rows));
        }

        return result;
    }

    public override void Take(Guid id, int count) => _take.Start().Bind(id).Bind(count).Execute();

    public override void GiveBack(Guid id, int count) => _giveBack.Start().Bind(id).Bind(count).Execute();

    public override void SetTold(Guid id, int percent) => _setTold.Start().Bind(id).Bind(percent).Execute();

    public override void Update(in PackageRow row) => _update.Start()
        .Bind(row.Id).Bind((int)row.State).Bind(row.Total).Bind(row.Remaining).Bind(row.ValidUntil).Bind(row.Mac)
        .Bind(row.Told).Bind(row.Plan)
        .Execute();

    private static bool TryRead(Sql.Statement statement, out PackageRow row)
    {
        using var rows = statement.Rows();
        var found = rows.Next();
        row = found ? Read(rows) : default;
        return found;
    }

    private static PackageRow Read(Sql.Rows rows) => new(
        rows.Guid(0),
        rows.Guid(1),
        (PackageState)rows.Int32(2),
        rows.Int32(3),
        rows.Int32(4),
        rows.Int64(5),
        rows.Int64(6),
        rows.Int64(7),
        rows.UInt128(8))
    {
        Told = rows.Int32(9),
        Plan = rows.Int32(10),
    };
}
