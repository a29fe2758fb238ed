using Npgsql;

namespace Appliance.Storage.Postgres;

/// <summary>Locks the factors of signers whose codes are tried, in ascending order.</summary>
internal static class FactorLocks
{
    public static void Announce(StoreKeys keys, List<NpgsqlBatchCommand> reads)
    {
        if (keys.Signers.Count == 0)
        {
            return;
        }

        var command = new NpgsqlBatchCommand(
            "SELECT id FROM factor WHERE signer_id = ANY($1) ORDER BY id FOR UPDATE");
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. keys.Signers] });
        reads.Add(command);
    }
}
