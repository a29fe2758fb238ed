using NpgsqlTypes;

namespace Appliance.Storage.Postgres;

/// <summary>Read with their activations, written with the COMMIT.</summary>
internal sealed class PostgresActivationHashTable : ActivationHashTable
{
    private readonly PostgresTransaction _transaction;
    private readonly PostgresActivationTable _activations;
    private readonly SetStatement _insert;
    private readonly ColumnOf<long> _newSequence = new(NpgsqlDbType.Bigint);
    private readonly ColumnOf<byte[]> _newHash = new(NpgsqlDbType.Bytea);
    private readonly ColumnOf<long> _newOrdinal = new(NpgsqlDbType.Bigint);
    private readonly ColumnOf<byte[]> _newMac = new(NpgsqlDbType.Bytea);
    private readonly SetStatement _delete;
    private readonly ColumnOf<long> _oldSequence = new(NpgsqlDbType.Bigint);
    private readonly ColumnOf<byte[]> _oldHash = new(NpgsqlDbType.Bytea);
    private readonly ColumnOf<long> _oldOrdinal = new(NpgsqlDbType.Bigint);

    public PostgresActivationHashTable(PostgresTransaction transaction, PostgresActivationTable activations)
    {
        _transaction = transaction;
        _activations = activations;
        _delete = new SetStatement(
            "DELETE FROM activation_hash h USING unnest($1, $2, $3) AS w (seq, hash, ordinal) " +
            "WHERE h.activation_seq = w.seq AND h.hash = w.hash AND h.ordinal = w.ordinal",
            _oldSequence,
            _oldHash,
            _oldOrdinal);
        _insert = new SetStatement(
            "INSERT INTO activation_hash (activation_seq, hash, ordinal, mac) SELECT * FROM unnest($1, $2, $3, $4)",
            _newSequence,
            _newHash,
            _newOrdinal,
            _newMac);
        // Deleted first: a place that one request gave back may be taken by the next of the same transaction.
        transaction.Writes(_delete, _insert);
    }

    public override void Insert(long sequence, int ordinal, ReadOnlySpan<byte> hash, UInt128 mac)
    {
        _transaction.Demand();
        _newSequence.Add(sequence);
        _newHash.Add(hash.ToArray());
        _newOrdinal.Add(ordinal);
        _newMac.Add(Bytes128.Of(mac));
        _insert.EndRow();
    }

    public override bool TryFind(
        long sequence, ReadOnlySpan<byte> hash, OccurrenceStates states, out int ordinal, out UInt128 mac)
    {
        ArgumentNullException.ThrowIfNull(states);
        foreach (var found in _activations.FindOccurrences(sequence, hash))
        {
            var exists = found.Ordinal >= 0 && found.Ordinal < states.Count;
            if (!exists || states[(int)found.Ordinal] == OccurrenceState.Authorised)
            {
                ordinal = exists ? (int)found.Ordinal : -1;
                mac = found.Mac;
                return true;
            }
        }

        ordinal = -1;
        mac = default;
        return false;
    }

    public override void Delete(long sequence, int ordinal, ReadOnlySpan<byte> hash)
    {
        _transaction.Demand();
        _oldSequence.Add(sequence);
        _oldHash.Add(hash.ToArray());
        _oldOrdinal.Add(ordinal);
        _delete.EndRow();
    }
}
