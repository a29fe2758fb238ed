using Appliance.Storage.Sql;

namespace Appliance.Storage.Sqlite;

/// <summary>Row at a time over SQLite's C interface.</summary>
internal sealed class SqliteActivationTable : ActivationTable
{
    private readonly Database _database;
    private readonly ActivationQueries _queries;
    private readonly SqliteStatement _insert;
    private readonly SqliteStatement _check;
    private readonly SqliteStatement _states;
    private readonly SqliteStatement _update;
    private readonly SqliteStatement _updateSegmented;
    private readonly SqliteStatement _readSegment;
    private readonly SqliteStatement _writeSegment;
    private readonly SqliteStatement _close;

    public SqliteActivationTable(Database database)
    {
        _database = database;
        _queries = new ActivationQueries(database);
        _insert = database.Prepare(
            $"INSERT INTO activation ({ActivationQueries.Columns}, states) " +
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, zeroblob(?15))");
        // CROSS JOIN keeps SQLite's planner to this order: one row of each by its key. INDEXED BY keeps it to the short
        // rows, which it would pass over for the primary key.
        _check = database.Prepare(
            "SELECT a.credential_id, a.signer_id, a.client_id, a.state, a.scal, a.total, a.remaining, a.seq, " +
            "a.expires_at, a.mac, a.states, c.state, c.version, c.not_before, c.not_after, s.state, a.given, " +
            "a.authorised_at, a.next_ordinal, a.purpose, " +
            "CASE WHEN a.client_id = zeroblob(16) THEN 0 ELSE " +
            $"coalesce(({ClientStandings.Select} INDEXED BY client_check WHERE k.id = a.client_id), 1) END " +
            "FROM activation a CROSS JOIN credential c INDEXED BY credential_check ON c.id = a.credential_id " +
            "CROSS JOIN signer s INDEXED BY signer_check ON s.id = a.signer_id WHERE a.id = ?1");
        _states = database.Prepare(
            "SELECT seq, remaining, scal, states, total, next_ordinal FROM activation WHERE id = ?1");
        _update = database.Prepare("UPDATE activation SET remaining = ?2, states = ?3 WHERE seq = ?1");
        _updateSegmented = database.Prepare(
            "UPDATE activation SET remaining = ?2, next_ordinal = ?3 WHERE seq = ?1");
        _readSegment = database.Prepare(
            "SELECT states FROM activation_segment WHERE activation_seq = ?1 AND segment = ?2");
        _writeSegment = database.Prepare(
            "INSERT INTO activation_segment (activation_seq, segment, states) VALUES (?1, ?2, ?3) " +
            "ON CONFLICT (activation_seq, segment) DO UPDATE SET states = excluded.states");
        _close = database.Prepare("UPDATE activation SET state = 1, remaining = 0 WHERE seq = ?1");
    }

    public override long Insert(ActivationRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        _insert.Start()
            .Bind(row.Id).Bind(row.CredentialId).Bind(row.SignerId).Bind(row.ClientId).Bind((int)row.State)
            .Bind(row.Scal).Bind(row.Total).Bind(row.Remaining).Bind(row.ExpiresAt).Bind(row.CreatedAt).Bind(row.Mac)
            .Bind(row.Given).Bind(row.AuthorisedAt).Bind((int)row.Purpose)
            .Bind(row.Total > OccurrenceStates.MostInRow ? 0 : (row.Total + 3) / 4)
            .Execute();
        return _database.LastInsertRowId;
    }

    public override ActivationRow? Find(Guid id) => _queries.Find(id);

    public override bool TryCheck(Guid id, OccurrenceStates states, out ActivationCheck check)
    {
        ArgumentNullException.ThrowIfNull(states);
        using var rows = _check.Start().Bind(id).Rows();
        if (!rows.Next())
        {
            check = default;
            return false;
        }

        check = new ActivationCheck
        {
            CredentialId = rows.Guid(0),
            SignerId = rows.Guid(1),
            ClientId = rows.Guid(2),
            State = (ActivationState)rows.Int32(3),
            Scal = rows.Int32(4),
            Total = rows.Int32(5),
            Remaining = rows.Int32(6),
            Sequence = rows.Int64(7),
            ExpiresAt = rows.Int64(8),
            Mac = rows.UInt128(9),
            CredentialState = (CredentialState)rows.Int32(11),
            CredentialVersion = rows.Int64(12),
            NotBefore = rows.Int64(13),
            NotAfter = rows.Int64(14),
            SignerState = (SignerState)rows.Int32(15),
            Given = rows.Int32(16),
            AuthorisedAt = rows.Int64(17),
            Purpose = (ActivationPurpose)rows.Int32(19),
            Client = (ClientStanding)rows.Int32(20),
        };
        Load(states, rows.Span(10), check.Sequence, check.Total, rows.Int32(18));
        return true;
    }

    public override bool TryReadStates(
        Guid id, OccurrenceStates states, out long sequence, out int remaining, out int scal)
    {
        ArgumentNullException.ThrowIfNull(states);
        using var rows = _states.Start().Bind(id).Rows();
        var found = rows.Next();
        (sequence, remaining, scal) = found ? (rows.Int64(0), rows.Int32(1), rows.Int32(2)) : (0, 0, 0);
        if (found)
        {
            Load(states, rows.Span(3), sequence, rows.Int32(4), rows.Int32(5));
        }

        return found;
    }

    public override void Update(long sequence, int remaining, OccurrenceStates states)
    {
        ArgumentNullException.ThrowIfNull(states);
        if (!states.IsSegmented)
        {
            _update.Start().Bind(sequence).Bind(remaining).Bind(states.Bits).Execute();
            return;
        }

        _updateSegmented.Start().Bind(sequence).Bind(remaining).Bind(states.NextOrdinal).Execute();
        foreach (var segment in states.Segments)
        {
            if (segment.IsChanged)
            {
                _writeSegment.Start().Bind(sequence).Bind(segment.Number).Bind(segment.Bits.AsSpan()).Execute();
            }
        }
    }

    public override void Prolong(long sequence, long expiresAt, UInt128 mac)
        => _queries.Prolong(sequence, expiresAt, mac);

    public override void Open(long sequence, long expiresAt, long authorisedAt, UInt128 mac)
        => _queries.Open(sequence, expiresAt, authorisedAt, mac);

    public override int CountStaged(Guid signerId, long now) => _queries.CountStaged(signerId, now);

    public override IReadOnlyList<ExpiredActivation> ListExpired(
        long before, (long ExpiresAt, long Sequence) after, int limit)
        => _queries.ListExpired(before, after, limit);

    public override int DeleteSegments(long sequence, int limit) => _queries.DeleteSegments(sequence, limit);

    public override void Delete(long sequence) => _queries.Delete(sequence);

    public override int CloseOfSigner(Guid signerId, long now) => _queries.CloseOfSigner(signerId, now);

    public override void Close(long sequence) => _close.Start().Bind(sequence).Execute();

    public override ActivationTally Tally(Guid? id = null) => _queries.Tally(id);

    internal override void ReadSegment(long sequence, int segment, Span<byte> bits)
    {
        using var rows = _readSegment.Start().Bind(sequence).Bind(segment).Rows();
        bits.Clear();
        if (rows.Next())
        {
            var stored = rows.Span(0);
            stored[..Math.Min(stored.Length, bits.Length)].CopyTo(bits);
        }
    }

    private void Load(OccurrenceStates states, ReadOnlySpan<byte> bits, long sequence, int total, int nextOrdinal)
    {
        if (bits.Length > 0)
        {
            states.Load(bits);
        }
        else
        {
            states.Load(this, sequence, total, nextOrdinal);
        }
    }
}
