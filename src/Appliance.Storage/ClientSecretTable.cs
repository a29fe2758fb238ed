using Appliance.Storage.Sql;

namespace Appliance.Storage;

/// <summary>What clients prove themselves with.</summary>
public sealed class ClientSecretTable
{
    /// <summary>Most that are read of one client; <c>ClientDirectory</c> allows no more that are not revoked.</summary>
    public const int Most = 64;

    private const string Columns =
        "id, client_id, kind, state, valid_from, valid_until, created_at, key_id, material, mac";

    private readonly Statement _insert;
    private readonly Statement _setState;
    private readonly Statement _find;
    private readonly Statement _listByClient;
    private readonly Statement _deleteRevoked;

    internal ClientSecretTable(SqlSession session)
    {
        _insert = session.Prepare(
            $"INSERT INTO client_secret ({Columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
        _setState = session.Prepare("UPDATE client_secret SET state = ?2, mac = ?3 WHERE id = ?1");
        _find = session.Prepare($"SELECT {Columns} FROM client_secret WHERE id = ?1");
        _listByClient = session.Prepare(
            $"SELECT {Columns} FROM client_secret WHERE client_id = ?1 ORDER BY id LIMIT ?2");
        _deleteRevoked = session.Prepare("DELETE FROM client_secret WHERE client_id = ?1 AND state = 1");
    }

    /// <summary>Adds one.</summary>
    public void Insert(ClientSecretRow row) => _insert.Start()
        .Bind(row.Id).Bind(row.ClientId).Bind((int)row.Kind).Bind((int)row.State).Bind(row.ValidFrom)
        .Bind(row.ValidUntil).Bind(row.CreatedAt).Bind(row.KeyId).Bind(row.Material).Bind(row.Mac)
        .Execute();

    /// <summary>Writes the state and the MAC that covers it.</summary>
    /// <returns>False when there is none.</returns>
    public bool SetState(ClientSecretRow row)
        => _setState.Start().Bind(row.Id).Bind((int)row.State).Bind(row.Mac).Execute() == 1;

    /// <summary>The one with this id, or null.</summary>
    public ClientSecretRow? Find(Guid id)
    {
        using var rows = _find.Start().Bind(id).Rows();
        return rows.Next() ? Read(rows) : null;
    }

    /// <summary>All of a client, oldest first, at most <see cref="Most"/>.</summary>
    public IReadOnlyList<ClientSecretRow> ListByClient(Guid clientId)
    {
        using var rows = _listByClient.Start().Bind(clientId).Bind((long)Most).Rows();
        var result = new List<ClientSecretRow>();
        while (rows.Next())
        {
            result.Add(Read(rows));
        }

        return result;
    }

    /// <summary>Makes room: what was withdrawn is in the audit trail.</summary>
    public int DeleteRevoked(Guid clientId) => _deleteRevoked.Start().Bind(clientId).Execute();

    private static ClientSecretRow Read(Rows rows) => new(
        rows.Guid(0),
        rows.Guid(1),
        (ClientSecretKind)rows.Int32(2),
        (ClientSecretState)rows.Int32(3),
        rows.Int64(4),
        rows.Int64(5),
        rows.Int64(6),
        rows.Text(7),
        rows.Bytes(8),
        rows.Bytes(9));
}
