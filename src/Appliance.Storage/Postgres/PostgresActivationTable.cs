using Appliance.Storage.Sql;
using Npgsql;

namespace Appliance.Storage.Postgres;

/// <summary>
/// Activations are locked and read before the first piece of work is applied, changed in memory, and written with the
/// COMMIT.
/// </summary>
internal sealed class PostgresActivationTable : ActivationTable
{
    /// <summary>
    /// The activation's row is locked for itself, those of credential and signer against changes: a revocation waits
    /// until this transaction has ended, or this one sees it. Rows are locked in the order in which they are sorted.
    /// </summary>
    private const string Check =
        "SELECT a.id, a.seq, a.credential_id, a.signer_id, a.client_id, a.state, a.scal, a.total, a.remaining, " +
        "a.expires_at, a.mac, a.states, c.state, c.version, c.not_before, c.not_after, s.state, " +
        "a.given, a.authorised_at, a.next_ordinal, a.purpose, " +
        "CASE WHEN a.client_id = '00000000-0000-0000-0000-000000000000' THEN 0 ELSE " +
        $"coalesce(({ClientStandings.Select} WHERE k.id = a.client_id), 1) END " +
        "FROM activation a JOIN credential c ON c.id = a.credential_id JOIN signer s ON s.id = a.signer_id " +
        "WHERE a.id = ANY($1) ORDER BY a.seq FOR UPDATE OF a FOR SHARE OF c, s";

    /// <summary>
    /// LATERAL and OFFSET keep the planner to one look at the index per hash: whatever it thinks of the arrays, it must
    /// not compare each hash with each row.
    /// </summary>
    private const string FindHashes =
        "SELECT h.activation_seq, h.hash, h.ordinal, h.mac, NULL FROM unnest($1, $2) AS w (id, hash) " +
        "JOIN activation a ON a.id = w.id CROSS JOIN LATERAL (SELECT * FROM activation_hash x " +
        "WHERE x.activation_seq = a.seq AND x.hash = w.hash OFFSET 0) h ORDER BY h.ordinal";

    /// <summary>The same with the segment in which each occurrence's state is.</summary>
    private const string FindHashesAndStates =
        "SELECT h.activation_seq, h.hash, h.ordinal, h.mac, (SELECT g.states FROM activation_segment g " +
        "WHERE g.activation_seq = h.activation_seq AND g.segment = h.ordinal / 4096) " +
        "FROM unnest($1, $2) AS w (id, hash) " +
        "JOIN activation a ON a.id = w.id CROSS JOIN LATERAL (SELECT * FROM activation_hash x " +
        "WHERE x.activation_seq = a.seq AND x.hash = w.hash OFFSET 0) h ORDER BY h.ordinal";

    /// <summary>For more hashes than this a segment that comes with each of them is more than is asked for.</summary>
    private const int MostWithStates = 512;

    private readonly PostgresTransaction _transaction;
    private readonly ActivationQueries _queries;
    private readonly NumberBlock _numbers;
    private readonly Dictionary<Guid, LoadedActivation?> _byId = [];
    private readonly Dictionary<long, LoadedActivation> _bySequence = [];
    private readonly ActivationInserts _inserts = new();
    private readonly ActivationUpdates _updates = new();
    private readonly SegmentWrites _segments = new();
    private readonly Statement _readSegment;

    public PostgresActivationTable(PostgresTransaction transaction)
    {
        _transaction = transaction;
        _queries = new ActivationQueries(transaction.Session);
        _numbers = new NumberBlock(transaction.Session, "activation_numbers");
        var session = transaction.Session;
        _readSegment = session.Prepare(
            "SELECT states FROM activation_segment WHERE activation_seq = ?1 AND segment = ?2");
        transaction.Writes(_inserts.Statement, _updates.Statement, _segments.Statement);
        transaction.Collects(Collect);
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

    public override ActivationRow? Find(Guid id) => _queries.Find(id);

    public override bool TryCheck(Guid id, OccurrenceStates states, out ActivationCheck check)
    {
        ArgumentNullException.ThrowIfNull(states);
        var found = Load(id);
        check = found is null ? default : found.Check;
        if (found is { States.Length: > 0 })
        {
            states.Load(found.States);
        }
        else if (found is not null)
        {
            states.Load(this, check.Sequence, check.Total, found.NextOrdinal);
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
        _bySequence[sequence].Update(remaining, states);
    }

    public override void Prolong(long sequence, long expiresAt, UInt128 mac)
    {
        _transaction.Demand();
        _queries.Prolong(sequence, expiresAt, mac);
        _bySequence[sequence].Prolong(expiresAt, mac);
    }

    public override void Open(long sequence, long expiresAt, long authorisedAt, UInt128 mac)
    {
        _transaction.Demand();
        _queries.Open(sequence, expiresAt, authorisedAt, mac);
        _bySequence[sequence].Open(expiresAt, authorisedAt, mac);
    }

    public override int CountStaged(Guid signerId, long now)
    {
        _transaction.Flush();
        return _queries.CountStaged(signerId, now);
    }

    public override IReadOnlyList<ExpiredActivation> ListExpired(
        long before, (long ExpiresAt, long Sequence) after, int limit)
        => _queries.ListExpired(before, after, limit);

    public override int DeleteSegments(long sequence, int limit)
    {
        _transaction.Flush();
        return _queries.DeleteSegments(sequence, limit);
    }

    public override void Delete(long sequence)
    {
        _transaction.Flush();
        _queries.Delete(sequence);
    }

    public override int CloseOfSigner(Guid signerId, long now)
    {
        _transaction.Demand();
        _transaction.Flush();
        return _queries.CloseOfSigner(signerId, now);
    }

    public override void Close(long sequence)
    {
        _transaction.Demand();
        _bySequence[sequence].Close();
    }

    public override ActivationTally Tally(Guid? id = null) => _queries.Tally(id);

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
                keys.Hashes.Count > MostWithStates ? FindHashes : FindHashesAndStates,
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
            ReadHashes(reader, withStates: keys.Hashes.Count <= MostWithStates);
        }
    }

    /// <summary>
    /// The activation in this transaction's hands; read with a round trip of its own when not announced.
    /// </summary>
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
            ReadHashes(reader, withStates: false);
            occurrences = activation.Hashes[key];
        }

        return occurrences ?? (IReadOnlyList<LoadedOccurrence>)[];
    }

    internal override void ReadSegment(long sequence, int segment, Span<byte> bits)
    {
        var activation = Loaded(sequence);
        if (activation is null || !activation.Segments.TryGetValue(segment, out var known))
        {
            known = new byte[OccurrenceStates.SegmentLength];
            activation?.Segments.Add(segment, known);
            using var rows = _readSegment.Start().Bind(sequence).Bind(segment).Rows();
            if (rows.Next())
            {
                Fill(known, rows.Span(0));
            }
        }

        known.CopyTo(bits);
    }

    private static void Fill(byte[] segment, ReadOnlySpan<byte> stored)
        => stored[..Math.Min(stored.Length, segment.Length)].CopyTo(segment);

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
                Given = (int)reader.GetInt64(17),
                AuthorisedAt = reader.GetInt64(18),
                Purpose = (ActivationPurpose)reader.GetInt64(20),
                Client = (ClientStanding)reader.GetInt32(21),
            };
            var loaded = new LoadedActivation(
                check, reader.GetFieldValue<byte[]>(11), (int)reader.GetInt64(19));
            _byId[id] = loaded;
            _bySequence[check.Sequence] = loaded;
        }
    }

    private void ReadHashes(NpgsqlDataReader reader, bool withStates)
    {
        while (reader.Read())
        {
            if (Loaded(reader.GetInt64(0)) is { } activation)
            {
                var hash = reader.GetFieldValue<byte[]>(1);
                var occurrences = activation.Hashes.GetValueOrDefault(hash) ?? [];
                var ordinal = reader.GetInt64(2);
                occurrences.Add(new LoadedOccurrence(ordinal, Bytes128.Read(reader.GetFieldValue<byte[]>(3))));
                activation.Hashes[hash] = occurrences;
                if (withStates)
                {
                    KnowSegment(activation, ordinal, reader);
                }
            }
        }
    }

    /// <summary>The segment of a hash that was looked for comes with it; without a row all are authorised.</summary>
    private static void KnowSegment(LoadedActivation activation, long ordinal, NpgsqlDataReader reader)
    {
        var segment = ordinal / OccurrenceStates.PerSegment;
        if (activation.States.Length > 0 || ordinal < 0 || segment > int.MaxValue
            || activation.Segments.ContainsKey((int)segment))
        {
            return;
        }

        var states = new byte[OccurrenceStates.SegmentLength];
        if (!reader.IsDBNull(4))
        {
            Fill(states, reader.GetFieldValue<byte[]>(4));
        }

        activation.Segments.Add((int)segment, states);
    }

    private void Collect()
    {
        foreach (var (sequence, activation) in _bySequence)
        {
            if (activation.IsChanged)
            {
                _updates.Add(sequence, activation);
                activation.IsChanged = false;
                foreach (var segment in activation.ChangedSegments)
                {
                    _segments.Add(sequence, segment, activation.Segments[segment]);
                }

                activation.ChangedSegments.Clear();
            }
        }
    }

    private void Forget()
    {
        _byId.Clear();
        _bySequence.Clear();
    }
}
