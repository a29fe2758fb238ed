using Appliance.Storage.Sql;

namespace Appliance.Storage;

/// <summary>Which client may use which credential.</summary>
public sealed class ClientCredentialTable
{
    private readonly Statement _upsert;
    private readonly Statement _delete;
    private readonly Statement _find;
    private readonly Statement _listByClient;

    internal ClientCredentialTable(SqlSession session)
    {
        const string Columns = "client_id, credential_id, created_at, mac";
        _upsert = session.Prepare(
            $"INSERT INTO client_credential ({Columns}) VALUES (?1, ?2, ?3, ?4) " +
            "ON CONFLICT (client_id, credential_id) DO UPDATE SET " +
            "created_at = excluded.created_at, mac = excluded.mac");
        _delete = session.Prepare("DELETE FROM client_credential WHERE client_id = ?1 AND credential_id = ?2");
        _find = session.Prepare(
            $"SELECT {Columns} FROM client_credential WHERE client_id = ?1 AND credential_id = ?2");
        _listByClient = session.Prepare(
            $"SELECT {Columns} FROM client_credential WHERE client_id = ?1 AND credential_id > ?2 " +
            "ORDER BY credential_id LIMIT ?3");
    }

    /// <summary>Gives a client a credential, also one that it has.</summary>
    public void Upsert(ClientCredentialRow row) => _upsert.Start()
        .Bind(row.ClientId).Bind(row.CredentialId).Bind(row.CreatedAt).Bind(row.Mac)
        .Execute();

    /// <summary>Takes it away.</summary>
    /// <returns>False when the client did not have it.</returns>
    public bool Delete(Guid clientId, Guid credentialId)
        => _delete.Start().Bind(clientId).Bind(credentialId).Execute() == 1;

    /// <summary>Whether the client was given the credential; null when not.</summary>
    public ClientCredentialRow? Find(Guid clientId, Guid credentialId)
    {
        using var rows = _find.Start().Bind(clientId).Bind(credentialId).Rows();
        return rows.Next() ? Read(rows) : null;
    }

    /// <summary>A page of a client's credentials, oldest first.</summary>
    /// <param name="clientId">Whose.</param>
    /// <param name="after">The last id of the page before; empty for the first page.</param>
    /// <param name="limit">At most this many.</param>
    public IReadOnlyList<ClientCredentialRow> ListByClient(Guid clientId, Guid after = default, int limit = 1_000)
    {
        using var rows = _listByClient.Start().Bind(clientId).Bind(after).Bind(limit).Rows();
        var result = new List<ClientCredentialRow>();
        while (rows.Next())
        {
            result.Add(Read(rows));
        }

        return result;
    }

    private static ClientCredentialRow Read(Rows rows)
        => new(rows.Guid(0), rows.Guid(1), rows.Int64(2), rows.Bytes(3));
}
