using Appliance.Storage.Sql;
using Npgsql;
using NpgsqlTypes;

namespace Appliance.Storage.Postgres;

/// <summary>Read as the transaction begins, changed in memory, written with the COMMIT.</summary>
internal sealed class PostgresOutcomeTable : OutcomeTable
{
    private const string Columns = "key, state, fingerprint, request_id, expires_at, mac, signatures";

    private readonly PostgresTransaction _transaction;
    private readonly Dictionary<UInt128, OutcomeRow?> _known = [];
    private readonly Statement _find;
    private readonly Statement _deleteExpired;
    private readonly SetStatement _insert;
    private readonly ColumnOf<byte[]> _newKey = new(NpgsqlDbType.Bytea);
    private readonly ColumnOf<byte[]> _newFingerprint = new(NpgsqlDbType.Bytea);
    private readonly ColumnOf<Guid> _newRequest = new(NpgsqlDbType.Uuid);
    private readonly ColumnOf<long> _newExpiry = new(NpgsqlDbType.Bigint);
    private readonly SetStatement _update;
    private readonly ColumnOf<byte[]> _key = new(NpgsqlDbType.Bytea);
    private readonly ColumnOf<long> _state = new(NpgsqlDbType.Bigint);
    private readonly ColumnOf<byte[]> _mac = new(NpgsqlDbType.Bytea);
    private readonly ColumnOf<byte[]> _signatures = new(NpgsqlDbType.Bytea);
    private readonly SetStatement _delete;
    private readonly ColumnOf<byte[]> _oldKey = new(NpgsqlDbType.Bytea);

    public PostgresOutcomeTable(PostgresTransaction transaction)
    {
        _transaction = transaction;
        var session = transaction.Session;
        _find = session.Prepare($"SELECT {Columns} FROM outcome WHERE key = ?1");
        _deleteExpired = session.Prepare(
            "DELETE FROM outcome WHERE key IN (SELECT key FROM outcome " +
            "WHERE expires_at <= ?1 AND state <> 0 ORDER BY expires_at LIMIT ?2)");
        _delete = new SetStatement("DELETE FROM outcome WHERE key = ANY($1)", _oldKey);
        _insert = new SetStatement(
            "INSERT INTO outcome (key, state, fingerprint, request_id, expires_at, mac, signatures) " +
            "SELECT key, 0, fingerprint, request_id, expires_at, ''::bytea, ''::bytea " +
            "FROM unnest($1, $2, $3, $4) AS w (key, fingerprint, request_id, expires_at)",
            _newKey,
            _newFingerprint,
            _newRequest,
            _newExpiry);
        _update = new SetStatement(
            "UPDATE outcome o SET state = w.state, mac = w.mac, signatures = w.signatures " +
            "FROM unnest($1, $2, $3, $4) AS w (key, state, mac, signatures) WHERE o.key = w.key",
            _key,
            _state,
            _mac,
            _signatures);
        // What one request gave up, the next one of the same transaction may take.
        transaction.Writes(_delete, _insert, _update);
        transaction.Forgets(_known.Clear);
    }

    public override void Insert(UInt128 key, UInt128 fingerprint, Guid requestId, long expiresAt)
    {
        _transaction.Demand();
        _newKey.Add(Bytes128.Of(key));
        _newFingerprint.Add(Bytes128.Of(fingerprint));
        _newRequest.Add(requestId);
        _newExpiry.Add(expiresAt);
        _insert.EndRow();
        _known[key] = new OutcomeRow(OutcomeState.InFlight, fingerprint, requestId, expiresAt, 0, []);
    }

    public override OutcomeRow? Find(UInt128 key)
    {
        if (_transaction.IsOpen && _known.TryGetValue(key, out var known))
        {
            return known;
        }

        using var rows = _find.Start().Bind(key).Rows();
        var found = rows.Next()
            ? new OutcomeRow(
                (OutcomeState)rows.Int32(1),
                rows.UInt128(2),
                rows.Guid(3),
                rows.Int64(4),
                rows.UInt128(5),
                rows.Bytes(6))
            : null;
        if (_transaction.IsOpen)
        {
            _known[key] = found;
        }

        return found;
    }

    public override void Complete(UInt128 key, UInt128 mac, ReadOnlySpan<byte> signatures)
        => Change(key, OutcomeState.Done, mac, signatures.ToArray());

    public override void SetInDoubt(UInt128 key) => Change(key, OutcomeState.InDoubt, 0, []);

    public override void Delete(UInt128 key)
    {
        _transaction.Demand();
        _oldKey.Add(Bytes128.Of(key));
        _delete.EndRow();
        _known[key] = null;
    }

    public override int DeleteExpired(long now, int limit) => _deleteExpired.Start().Bind(now).Bind(limit).Execute();

    /// <summary>The statement that reads what was announced.</summary>
    public static void Announce(StoreKeys keys, List<NpgsqlBatchCommand> reads)
    {
        if (keys.Outcomes.Count > 0)
        {
            var command = new NpgsqlBatchCommand($"SELECT {Columns} FROM outcome WHERE key = ANY($1)");
            byte[][] wanted = [.. keys.Outcomes.Select(Bytes128.Of)];
            command.Parameters.Add(new NpgsqlParameter<byte[][]> { TypedValue = wanted });
            reads.Add(command);
        }
    }

    /// <summary>Reads the answer to <see cref="Announce"/>.</summary>
    public void Load(StoreKeys keys, NpgsqlDataReader reader)
    {
        if (keys.Outcomes.Count == 0)
        {
            return;
        }

        foreach (var key in keys.Outcomes)
        {
            _known[key] = null;
        }

        reader.NextResult();
        while (reader.Read())
        {
            _known[Bytes128.Read(reader.GetFieldValue<byte[]>(0))] = new OutcomeRow(
                (OutcomeState)reader.GetInt64(1),
                Bytes128.Read(reader.GetFieldValue<byte[]>(2)),
                reader.GetGuid(3),
                reader.GetInt64(4),
                Bytes128.Read(reader.GetFieldValue<byte[]>(5)),
                reader.GetFieldValue<byte[]>(6));
        }
    }

    private void Change(UInt128 key, OutcomeState state, UInt128 mac, byte[] signatures)
    {
        _transaction.Demand();
        _key.Add(Bytes128.Of(key));
        _state.Add((long)state);
        _mac.Add(Bytes128.Of(mac));
        _signatures.Add(signatures);
        _update.EndRow();
        if (_known.GetValueOrDefault(key) is { } known)
        {
            _known[key] = known with { State = state, Mac = mac, Signatures = signatures };
        }
    }
}
