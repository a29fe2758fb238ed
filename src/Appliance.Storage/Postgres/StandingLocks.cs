using Npgsql;

namespace Appliance.Storage.Postgres;

/// <summary>
/// Locks the clients and signers in whose name something is decided against changes, in ascending order, before the
/// decision reads them: one is ended after this transaction, or it sees that. The rows of clients are read at once;
/// whoever works without any pays nothing.
/// </summary>
internal sealed class StandingLocks
{
    private readonly ClientTable _clients;

    public StandingLocks(PostgresTransaction transaction, ClientTable clients)
    {
        _clients = clients;
        transaction.Forgets(clients.Held.Clear);
    }

    public static void Announce(StoreKeys keys, List<NpgsqlBatchCommand> reads)
    {
        if (keys.Clients.Count > 0)
        {
            reads.Add(Command($"SELECT {ClientTable.Columns} FROM client", keys.Clients));
        }

        if (keys.SignerStates.Count > 0)
        {
            reads.Add(Command("SELECT id FROM signer", keys.SignerStates));
        }
    }

    /// <summary>Reads the answer to <see cref="Announce"/>.</summary>
    public void Load(StoreKeys keys, NpgsqlDataReader reader)
    {
        if (keys.Clients.Count > 0)
        {
            reader.NextResult();
            while (reader.Read())
            {
                var row = ReadClient(reader);
                _clients.Held[row.Id] = row;
            }
        }

        if (keys.SignerStates.Count > 0)
        {
            reader.NextResult();
        }
    }

    private static NpgsqlBatchCommand Command(string select, IEnumerable<Guid> ids)
    {
        var command = new NpgsqlBatchCommand($"{select} WHERE id = ANY($1) ORDER BY id FOR SHARE");
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. ids] });
        return command;
    }

    private static ClientRow ReadClient(NpgsqlDataReader reader) => new(
        reader.GetGuid(0),
        reader.GetString(1),
        (ClientState)reader.GetInt64(2),
        reader.IsDBNull(3) ? null : reader.GetGuid(3),
        (ClientOperations)reader.GetInt64(4),
        (ClientReach)reader.GetInt64(5),
        (int)reader.GetInt64(6),
        (int)reader.GetInt64(7),
        (int)reader.GetInt64(8),
        reader.GetInt64(9),
        reader.GetInt64(10),
        reader.GetFieldValue<byte[]>(11))
    {
        TimestampsPerDay = (int)reader.GetInt64(12),
    };
}
