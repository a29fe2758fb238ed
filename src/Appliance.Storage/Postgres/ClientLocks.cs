using Npgsql;

namespace Appliance.Storage.Postgres;

/// <summary>
/// Locks the clients in whose name something is decided against changes, in ascending order, before the decision reads
/// them: a client is ended after this transaction, or it sees that. Whoever works without a client pays nothing.
/// </summary>
internal static class ClientLocks
{
    public static void Announce(StoreKeys keys, List<NpgsqlBatchCommand> reads)
    {
        if (keys.Clients.Count == 0)
        {
            return;
        }

        var command = new NpgsqlBatchCommand("SELECT id FROM client WHERE id = ANY($1) ORDER BY id FOR SHARE");
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. keys.Clients] });
        reads.Add(command);
    }
}
