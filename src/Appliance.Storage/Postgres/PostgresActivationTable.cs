using Appliance.Storage.Sql;
using Npgsql;

namespace Appliance.Storage.Postgres;

/// <summary>
/// Activations are locked and read before the first piece of work is applied, changed in memory, and written with the
/// COMMIT.
/// </summary>
internal sealed class PostgresActivationTable : ActivationTable
{
    private const string Columns =
        "id, credential_id, signer_id, client_id, state, scal, total, remaining, expires_at, created_at, mac";

    /// <summary>
    /// The activation's row is locked for itself, those of credential and signer against changes: a revocation waits
    /// until this transaction has ended, or this one sees it. Rows are locked in the order in which they are sorted.
    /// </summary>
    private const string Check =
        "SELECT a.id, a.seq, a.credential_id, a.signer_id, a.client_id, a.state, a.scal, a.total, a.remaining, " +
        "a.expires_at, a.mac, a.states, c.state, c.version, c.not_before, c.not_after, s.state " +
        "FROM activation a JOIN credential c ON c.id = a.credential_id JOIN signer s ON s.id = a.signer_id " +
        "WHERE a.id = ANY($1) ORDER BY a.seq FOR UPDATE OF a FOR SHARE OF c, s";

    private const string FindHashes =
        "SELECT h.activation_seq, h.hash, h.ordinal, h.mac FROM unnest($1, $2) AS w (id, hash) " +
        "JOIN activation a ON a.id = w.id " +
        "JOIN activation_hash h ON h.activation_seq = a.seq AND h.hash = w.hash ORDER BY h.ordinal";

    private readonly PostgresTransaction _transaction;
    private readonly NumberBlock _numbers;
    private readonly Dictionary<Guid, LoadedActivation?> _byId = [];
    private readonly Dictionary<long, LoadedActivation> _bySequence = [];
    private readonly ActivationInserts _inserts = new();
    private readonly ActivationUpdates _updates = new();
    private readonly Statement _find;
    private readonly Statement _tally;
    private readonly Statement _tallyReserved;

    public PostgresActivationTable(PostgresTransaction transaction)
    {
        _transaction = transaction;
        _numbers = new NumberBlock(transaction.Session, "activation_numbers");
        var session = transaction.Session;
        _find = session.Prepare($"SELECT {Columns} FROM activation WHERE id = ?1");
        _tally = session.Prepare(
            "SELECT total, scal, states, (SELECT count(*) FROM activation_hash h WHERE h.activation_seq = a.seq) " +
            "FROM activation a WHERE ?1 IS NULL OR id = ?1");
        _tallyReserved = session.Prepare(
            "SELECT coalesce(sum(length(ordinals)) / 4, 0) FROM reservation WHERE ?1 IS NULL OR activation_id = ?1");
        transaction.Writes(_inserts.Statement, _updates.Statement);
        transaction.Collect = Collect;
        transaction.Forgets(Forget);
    }

    public override long Insert(ActivationRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        _transaction.Demand();
        var sequence = _numbers.Next();
        _inserts.Add(sequence, row);
        return sequence;
    }

    public override ActivationRow? Find(Guid id)
    {
        using var rows = _find.Start().Bind(id).Rows();
        return rows.Next() ? ActivationRows.Read(rows) : null;
    }

    public override bool TryCheck(Guid id, OccurrenceStates states, out ActivationCheck check)
    {
        ArgumentNullException.ThrowIfNull(states);
        var found = Load(id);
        check = found is null ? default : found.Check;
        if (found is not null)
        {
            states.Load(found.States);
        }

        return found is not null;
    }

    public override bool TryReadStates(
        Guid id, OccurrenceStates states, out long sequence, out int remaining, out int scal)
    {
        var found = TryCheck(id, states, out var check);
        (sequence, remaining, scal) = (check.Sequence, check.Remaining, check.Scal);
        return found;
    }

    public override void Update(long sequence, int remaining, OccurrenceStates states)
    {
        ArgumentNullException.ThrowIfNull(states);
        _transaction.Demand();
        _bySequence[sequence].Update(remaining, states.Bits);
    }

    public override void Close(long sequence)
    {
        _transaction.Demand();
        _bySequence[sequence].Close();
    }

    public override ActivationTally Tally(Guid? id = null)
    {
        ActivationTally tally;
        using (var rows = _tally.Start().Bind(id).Rows())
        {
            tally = ActivationRows.Count(rows);
        }

        using var sum = _tallyReserved.Start().Bind(id).Rows();
        sum.Next();
        var reserved = sum.Int64(0);
        return tally with { Reserved = reserved, Consumed = tally.Consumed - reserved };
    }

    /// <summary>The statements that lock and read what was announced.</summary>
    public static void Announce(StoreKeys keys, List<NpgsqlBatchCommand> reads)
    {
        if (keys.Activations.Count > 0)
        {
            reads.Add(With(Check, new NpgsqlParameter<Guid[]> { TypedValue = [.. keys.Activations] }));
        }

        if (keys.Hashes.Count > 0)
        {
            reads.Add(With(
                FindHashes,
                new NpgsqlParameter<Guid[]> { TypedValue = [.. keys.Hashes.Select(key => key.Activation)] },
                new NpgsqlParameter<byte[][]> { TypedValue = [.. keys.Hashes.Select(key => key.Hash)] }));
        }
    }

    /// <summary>Reads the answers to <see cref="Announce"/>.</summary>
    public void Load(StoreKeys keys, NpgsqlDataReader reader)
    {
        if (keys.Activations.Count > 0)
        {
            reader.NextResult();
            foreach (var id in keys.Activations)
            {
                _byId[id] = null;
            }

            ReadChecks(reader);
        }

        if (keys.Hashes.Count > 0)
        {
            foreach (var (activation, hash) in keys.Hashes)
            {
                _byId.GetValueOrDefault(activation)?.Hashes.TryAdd(hash, null);
            }

            reader.NextResult();
            ReadHashes(reader);
        }
    }

    /// <summary>The activation in this transaction's hands; read with a round trip of its own when not announced.</summary>
    public LoadedActivation? Load(Guid id)
    {
        if (_byId.TryGetValue(id, out var known))
        {
            return known;
        }

        // It may have been added by this very transaction.
        _transaction.Flush();
        using var reader = _transaction.Send(
            [With(Check, new NpgsqlParameter<Guid[]> { TypedValue = [id] })], "reading an activation");
        _byId[id] = null;
        ReadChecks(reader);
        return _byId[id];
    }

    /// <summary>An activation that is in this transaction's hands.</summary>
    public LoadedActivation? Loaded(long sequence) => _bySequence.GetValueOrDefault(sequence);

    /// <summary>The occurrences of a hash, in order.</summary>
    public IReadOnlyList<LoadedOccurrence> FindOccurrences(long sequence, ReadOnlySpan<byte> hash)
    {
        var activation = _bySequence[sequence];
        if (!activation.Hashes.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(hash, out var occurrences))
        {
            _transaction.Flush();
            var key = hash.ToArray();
            activation.Hashes.Add(key, null);
            var id = _byId.First(entry => entry.Value == activation).Key;
            using var reader = _transaction.Send(
                [
                    With(
                        FindHashes,
                        new NpgsqlParameter<Guid[]> { TypedValue = [id] },
                        new NpgsqlParameter<byte[][]> { TypedValue = [key] }),
                ],
                "reading a hash");
            ReadHashes(reader);
            occurrences = activation.Hashes[key];
        }

        return occurrences ?? (IReadOnlyList<LoadedOccurrence>)[];
    }

    private static NpgsqlBatchCommand With(string sql, params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        return command;
    }

    private void ReadChecks(NpgsqlDataReader reader)
    {
        while (reader.Read())
        {
            var id = reader.GetGuid(0);
            var check = new ActivationCheck
            {
                Sequence = reader.GetInt64(1),
                CredentialId = reader.GetGuid(2),
                SignerId = reader.GetGuid(3),
                ClientId = reader.GetGuid(4),
                State = (ActivationState)reader.GetInt64(5),
                Scal = (int)reader.GetInt64(6),
                Total = (int)reader.GetInt64(7),
                Remaining = (int)reader.GetInt64(8),
                ExpiresAt = reader.GetInt64(9),
                Mac = Bytes128.Read(reader.GetFieldValue<byte[]>(10)),
                CredentialState = (CredentialState)reader.GetInt64(12),
                CredentialVersion = reader.GetInt64(13),
                NotBefore = reader.GetInt64(14),
                NotAfter = reader.GetInt64(15),
                SignerState = (SignerState)reader.GetInt64(16),
            };
            var loaded = new LoadedActivation(check, reader.GetFieldValue<byte[]>(11));
            _byId[id] = loaded;
            _bySequence[check.Sequence] = loaded;
        }
    }

    private void ReadHashes(NpgsqlDataReader reader)
    {
        while (reader.Read())
        {
            if (Loaded(reader.GetInt64(0)) is { } activation)
            {
                var hash = reader.GetFieldValue<byte[]>(1);
                var occurrences = activation.Hashes.GetValueOrDefault(hash) ?? [];
                occurrences.Add(new LoadedOccurrence(reader.GetInt64(2), Bytes128.Read(reader.GetFieldValue<byte[]>(3))));
                activation.Hashes[hash] = occurrences;
            }
        }
    }

    private void Collect()
    {
        foreach (var (sequence, activation) in _bySequence)
        {
            if (activation.IsChanged)
            {
                _updates.Add(sequence, activation);
                activation.IsChanged = false;
            }
        }
    }

    private void Forget()
    {
        _byId.Clear();
        _bySequence.Clear();
    }
}
