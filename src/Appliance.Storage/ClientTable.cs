using Appliance.Storage.Sql;

namespace Appliance.Storage;

/// <summary>The applications that call in their own name.</summary>
public sealed class ClientTable
{
    internal const string Columns =
        "id, name, state, organisation_id, operations, reach, rate, burst, concurrency, version, created_at, mac, " +
        "timestamps_per_day";

    private readonly Statement _insert;
    private readonly Statement _lock;
    private readonly Statement _update;
    private readonly Statement _find;
    private readonly Statement _findByName;
    private readonly Statement _list;

    /// <summary>Rows that were read as the open transaction began, which holds them against changes.</summary>
    internal Dictionary<Guid, ClientRow> Held { get; } = [];

    internal ClientTable(SqlSession session)
    {
        _insert = session.Prepare(
            $"INSERT INTO client ({Columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, " +
            "?13)");
        _lock = session.Prepare("UPDATE client SET version = version WHERE id = ?1");
        _update = session.Prepare(
            "UPDATE client SET state = ?2, organisation_id = ?3, operations = ?4, reach = ?5, rate = ?6, burst = ?7, " +
            "concurrency = ?8, version = ?9, mac = ?10, timestamps_per_day = ?11 WHERE id = ?1 AND version = ?9 - 1");
        _find = session.Prepare($"SELECT {Columns} FROM client WHERE id = ?1");
        _findByName = session.Prepare($"SELECT {Columns} FROM client WHERE name = ?1");
        _list = session.Prepare($"SELECT {Columns} FROM client WHERE id > ?1 ORDER BY id LIMIT ?2");
    }

    /// <summary>Adds a client.</summary>
    /// <exception cref="StoreException">The name is taken (<see cref="StoreFailure.Constraint"/>).</exception>
    public void Insert(ClientRow row) => _insert.Start()
        .Bind(row.Id).Bind(row.Name).Bind((int)row.State).Bind(row.OrganisationId).Bind((int)row.Operations)
        .Bind((int)row.Reach).Bind(row.Rate).Bind(row.Burst).Bind(row.Concurrency).Bind(row.Version)
        .Bind(row.CreatedAt).Bind(row.Mac).Bind(row.TimestampsPerDay)
        .Execute();

    /// <summary>Who changes a client does so first: where nodes share a store, one after the other.</summary>
    public void Lock(Guid id) => _lock.Start().Bind(id).Execute();

    /// <summary>
    /// Writes everything but the name over the row of the version before. A reservation of the same moment on another
    /// node either sees it or is waited for.
    /// </summary>
    /// <returns>False when the row has another version: somebody else changed it.</returns>
    public bool Update(ClientRow row)
    {
        Held.Remove(row.Id);
        return _update.Start()
            .Bind(row.Id).Bind((int)row.State).Bind(row.OrganisationId).Bind((int)row.Operations)
            .Bind((int)row.Reach).Bind(row.Rate).Bind(row.Burst).Bind(row.Concurrency).Bind(row.Version)
            .Bind(row.Mac).Bind(row.TimestampsPerDay)
            .Execute() == 1;
    }

    /// <summary>The client with this id, ended ones too, or null.</summary>
    public ClientRow? Find(Guid id)
        => Held.TryGetValue(id, out var held) ? held : One(_find.Start().Bind(id));

    /// <summary>The client of this name, ended ones too, or null.</summary>
    public ClientRow? FindByName(string name) => One(_findByName.Start().Bind(name));

    /// <summary>A page of clients, oldest first.</summary>
    /// <param name="after">The last id of the page before; empty for the first page.</param>
    /// <param name="limit">At most this many.</param>
    public IReadOnlyList<ClientRow> List(Guid after = default, int limit = 1_000)
    {
        using var rows = _list.Start().Bind(after).Bind(limit).Rows();
        var result = new List<ClientRow>();
        while (rows.Next())
        {
            result.Add(Read(rows));
        }

        return result;
    }

    private static ClientRow? One(Statement statement)
    {
        using var rows = statement.Rows();
        return rows.Next() ? Read(rows) : null;
    }

    private static ClientRow Read(Rows rows) => new(
        rows.Guid(0),
        rows.Text(1),
        (ClientState)rows.Int32(2),
        rows.NullableGuid(3),
        (ClientOperations)rows.Int32(4),
        (ClientReach)rows.Int32(5),
        rows.Int32(6),
        rows.Int32(7),
        rows.Int32(8),
        rows.Int64(9),
        rows.Int64(10),
        rows.Bytes(11))
    {
        TimestampsPerDay = rows.Int32(12),
    };
}
