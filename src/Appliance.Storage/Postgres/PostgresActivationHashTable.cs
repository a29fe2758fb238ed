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
    private readonly SetStatement _insertMissing;
    private readonly ColumnOf<long> _missingSequence = new(NpgsqlDbType.Bigint);
    private readonly ColumnOf<byte[]> _missingHash = new(NpgsqlDbType.Bytea);
    private readonly ColumnOf<long> _missingOrdinal = new(NpgsqlDbType.Bigint);
    private readonly ColumnOf<byte[]> _missingMac = new(NpgsqlDbType.Bytea);
    private readonly Sql.Statement _often;
    private readonly Sql.Statement _deleteSome;
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
        _insertMissing = new SetStatement(
            "INSERT INTO activation_hash (activation_seq, hash, ordinal, mac) SELECT * FROM unnest($1, $2, $3, $4) " +
            "ON CONFLICT DO NOTHING",
            _missingSequence,
            _missingHash,
            _missingOrdinal,
            _missingMac);
        _often = transaction.Session.Prepare(
            "SELECT hash FROM activation_hash WHERE activation_seq = ?1 GROUP BY hash HAVING count(*) > ?2 LIMIT 1");
        _deleteSome = transaction.Session.Prepare(
            "DELETE FROM activation_hash WHERE (activation_seq, hash, ordinal) IN " +
            "(SELECT activation_seq, hash, ordinal FROM activation_hash WHERE activation_seq = ?1 LIMIT ?2)");
        // Deleted first: a place that one request gave back may be taken by the next of the same transaction.
        transaction.Writes(_delete, _insert, _insertMissing);
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
        long sequence, ReadOnlySpan<byte> hash, int from, OccurrenceStates states, out int ordinal, out UInt128 mac)
    {
        ArgumentNullException.ThrowIfNull(states);
        foreach (var found in _activations.FindOccurrences(sequence, hash))
        {
            if (from > 0 && found.Ordinal < from)
            {
                continue;
            }

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

    public override void InsertMissing(long sequence, int ordinal, ReadOnlySpan<byte> hash, UInt128 mac)
    {
        _transaction.Demand();
        _missingSequence.Add(sequence);
        _missingHash.Add(hash.ToArray());
        _missingOrdinal.Add(ordinal);
        _missingMac.Add(Bytes128.Of(mac));
        _insertMissing.EndRow();
    }

    public override bool AnyOccursMoreThan(long sequence, int times)
    {
        using var rows = _often.Start().Bind(sequence).Bind(times).Rows();
        return rows.Next();
    }

    public override int DeleteSome(long sequence, int limit)
    {
        _transaction.Flush();
        return _deleteSome.Start().Bind(sequence).Bind(limit).Execute();
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
