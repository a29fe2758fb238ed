using System.Buffers.Binary;
using Appliance.Storage.Sql;
using Npgsql;

namespace Appliance.Storage.Postgres;

/// <summary>
/// What signers prove themselves with is decided one transaction after the other: each takes the signer's advisory
/// lock, those that were announced in ascending order with the opening of the transaction. Rows would not do: what is
/// missing could not be locked, and the signer's own row is locked by every reservation.
/// </summary>
internal sealed class SignerLocks(PostgresSession session)
{
    private readonly Statement _lock = session.Prepare("SELECT pg_advisory_xact_lock(?1)");
    private readonly HashSet<Guid> _announced = [];

    /// <summary>Takes those that were announced.</summary>
    public void Announce(StoreKeys keys, List<NpgsqlBatchCommand> reads)
    {
        _announced.Clear();
        if (keys.Signers.Count == 0)
        {
            return;
        }

        _announced.UnionWith(keys.Signers);
        var numbers = keys.Signers.Select(NumberOf).Order().ToArray();
        var command = new NpgsqlBatchCommand("SELECT pg_advisory_xact_lock(n) FROM unnest($1) AS n");
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = numbers });
        reads.Add(command);
    }

    /// <summary>Takes one that may not have been announced.</summary>
    public void Take(Guid signerId)
    {
        if (!_announced.Contains(signerId))
        {
            _lock.Start().Bind(NumberOf(signerId)).Execute();
        }
    }

    /// <summary>The random half of the id. Two signers with one number wait for each other, and that is all.</summary>
    private static long NumberOf(Guid signerId)
    {
        Span<byte> bytes = stackalloc byte[16];
        signerId.TryWriteBytes(bytes, bigEndian: true, out _);
        return BinaryPrimitives.ReadInt64BigEndian(bytes[8..]);
    }
}
