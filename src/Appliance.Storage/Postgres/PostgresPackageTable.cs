using Appliance.Storage.Sql;
using Npgsql;
using NpgsqlTypes;

namespace Appliance.Storage.Postgres;

/// <summary>
/// Packages are locked and read as the transaction begins, in ascending order, counted in memory, and written with the
/// COMMIT: once, however many requests of the transaction draw on one.
/// </summary>
internal sealed class PostgresPackageTable : PackageTable
{
    private const string Columns =
        "id, credential_id, state, total, remaining, valid_from, valid_until, created_at, mac, told, plan";

    private const string Lock =
        $"SELECT {Columns} FROM package WHERE id = ANY($1) OR (credential_id = ANY($2) AND state = 0) " +
        "ORDER BY id FOR UPDATE";

    private readonly PostgresTransaction _transaction;
    private readonly Dictionary<Guid, PackageRow> _byId = [];
    private readonly Dictionary<Guid, Guid?> _active = [];
    private readonly HashSet<Guid> _changed = [];
    private readonly Statement _insert;
    private readonly Statement _list;
    private readonly Statement _update;
    private readonly SetStatement _count;
    private readonly ColumnOf<Guid> _id = new(NpgsqlDbType.Uuid);
    private readonly ColumnOf<long> _remaining = new(NpgsqlDbType.Bigint);
    private readonly ColumnOf<long> _told = new(NpgsqlDbType.Bigint);

    public PostgresPackageTable(PostgresTransaction transaction)
    {
        _transaction = transaction;
        var session = transaction.Session;
        _insert = session.Prepare(
            $"INSERT INTO package ({Columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");
        _list = session.Prepare($"SELECT {Columns} FROM package WHERE credential_id = ?1 ORDER BY id LIMIT 1000");
        _update = session.Prepare(
            "UPDATE package SET state = ?2, total = ?3, remaining = ?4, valid_until = ?5, mac = ?6, told = ?7, " +
            "plan = ?8 WHERE id = ?1");
        _count = new SetStatement(
            "UPDATE package p SET remaining = w.remaining, told = w.told " +
            "FROM unnest($1, $2, $3) AS w (id, remaining, told) WHERE p.id = w.id",
            _id,
            _remaining,
            _told);
        transaction.Writes(_count);
        transaction.Collects(Collect);
        transaction.Forgets(Forget);
    }

    public override void Insert(in PackageRow row)
    {
        _transaction.Demand();
        _insert.Start()
            .Bind(row.Id).Bind(row.CredentialId).Bind((int)row.State).Bind(row.Total).Bind(row.Remaining)
            .Bind(row.ValidFrom).Bind(row.ValidUntil).Bind(row.CreatedAt).Bind(row.Mac).Bind(row.Told).Bind(row.Plan)
            .Execute();
        Know(row);
    }

    public override bool TryFind(Guid id, out PackageRow row)
    {
        if (!_byId.ContainsKey(id))
        {
            Read([id], []);
        }

        return _byId.TryGetValue(id, out row);
    }

    public override bool TryFindActive(Guid credentialId, out PackageRow row)
    {
        if (!_transaction.IsOpen)
        {
            row = List(credentialId).FirstOrDefault(package => package.State == PackageState.Active);
            return row.Id != Guid.Empty;
        }

        if (!_active.ContainsKey(credentialId))
        {
            Read([], [credentialId]);
        }

        row = default;
        return _active[credentialId] is { } id && _byId.TryGetValue(id, out row);
    }

    public override IReadOnlyList<PackageRow> List(Guid credentialId)
    {
        using var rows = _list.Start().Bind(credentialId).Rows();
        var result = new List<PackageRow>();
        while (rows.Next())
        {
            result.Add(new PackageRow(
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
            });
        }

        return result;
    }

    public override void Take(Guid id, int count) => Count(id, -count);

    public override void GiveBack(Guid id, int count) => Count(id, count);

    public override void SetTold(Guid id, int percent)
    {
        _transaction.Demand();
        if (TryFind(id, out var row))
        {
            _byId[id] = row with { Told = percent };
            _changed.Add(id);
        }
    }

    public override void Update(in PackageRow row)
    {
        _transaction.Demand();
        _transaction.Flush();
        _update.Start()
            .Bind(row.Id).Bind((int)row.State).Bind(row.Total).Bind(row.Remaining).Bind(row.ValidUntil).Bind(row.Mac)
            .Bind(row.Told).Bind(row.Plan)
            .Execute();
        Know(row);
    }

    /// <summary>The statement that locks and reads what was announced.</summary>
    public static void Announce(StoreKeys keys, List<NpgsqlBatchCommand> reads)
    {
        if (keys.Packages.Count + keys.MeteredCredentials.Count > 0)
        {
            reads.Add(Command([.. keys.Packages], [.. keys.MeteredCredentials]));
        }
    }

    /// <summary>Reads the answer to <see cref="Announce"/>.</summary>
    public void Load(StoreKeys keys, NpgsqlDataReader reader)
    {
        if (keys.Packages.Count + keys.MeteredCredentials.Count > 0)
        {
            reader.NextResult();
            Load([.. keys.MeteredCredentials], reader);
        }
    }

    private static NpgsqlBatchCommand Command(Guid[] ids, Guid[] credentials)
    {
        var command = new NpgsqlBatchCommand(Lock);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = ids });
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = credentials });
        return command;
    }

    private void Read(Guid[] ids, Guid[] credentials)
    {
        _transaction.Flush();
        using var reader = _transaction.Send([Command(ids, credentials)], "reading a package");
        Load(credentials, reader);
    }

    private void Load(Guid[] credentials, NpgsqlDataReader reader)
    {
        foreach (var credential in credentials)
        {
            _active[credential] = null;
        }

        while (reader.Read())
        {
            Know(new PackageRow(
                reader.GetGuid(0),
                reader.GetGuid(1),
                (PackageState)reader.GetInt64(2),
                (int)reader.GetInt64(3),
                (int)reader.GetInt64(4),
                reader.GetInt64(5),
                reader.GetInt64(6),
                reader.GetInt64(7),
                Bytes128.Read(reader.GetFieldValue<byte[]>(8)))
            {
                Told = (int)reader.GetInt64(9),
                Plan = (int)reader.GetInt64(10),
            });
        }
    }

    private void Know(in PackageRow row)
    {
        _byId[row.Id] = row;
        if (row.State == PackageState.Active)
        {
            _active[row.CredentialId] = row.Id;
        }
        else if (_active.TryGetValue(row.CredentialId, out var active) && active == row.Id)
        {
            _active[row.CredentialId] = null;
        }
    }

    private void Count(Guid id, int difference)
    {
        _transaction.Demand();
        if (!TryFind(id, out var row))
        {
            return;
        }

        if (row.Remaining + difference < 0)
        {
            throw new StoreException(StoreFailure.Constraint, 0, "Less than nothing would be left of a package.");
        }

        _byId[id] = row with { Remaining = Math.Min(row.Total, row.Remaining + difference) };
        _changed.Add(id);
    }

    private void Collect()
    {
        foreach (var id in _changed)
        {
            _id.Add(id);
            _remaining.Add(_byId[id].Remaining);
            _told.Add(_byId[id].Told);
            _count.EndRow();
        }

        _changed.Clear();
    }

    private void Forget()
    {
        _byId.Clear();
        _active.Clear();
        _changed.Clear();
    }
}
