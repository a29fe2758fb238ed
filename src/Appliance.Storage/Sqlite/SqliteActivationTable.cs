using Appliance.Storage.Sql;

namespace Appliance.Storage.Sqlite;

/// <summary>Row at a time over SQLite's C interface.</summary>
internal sealed class SqliteActivationTable : ActivationTable
{
    private const string Columns =
        "id, credential_id, signer_id, client_id, state, scal, total, remaining, expires_at, created_at, mac, given, " +
        "authorised_at";

    private readonly Database _database;
    private readonly SqliteStatement _insert;
    private readonly SqliteStatement _find;
    private readonly SqliteStatement _check;
    private readonly SqliteStatement _states;
    private readonly SqliteStatement _update;
    private readonly SqliteStatement _updateSegmented;
    private readonly SqliteStatement _prolong;
    private readonly SqliteStatement _open;
    private readonly SqliteStatement _countStaged;
    private readonly SqliteStatement _listExpired;
    private readonly SqliteStatement _deleteSegments;
    private readonly SqliteStatement _delete;
    private readonly SqliteStatement _readSegment;
    private readonly SqliteStatement _writeSegment;
    private readonly SqliteStatement _listSegments;
    private readonly SqliteStatement _close;
    private readonly SqliteStatement _tally;
    private readonly SqliteStatement _tallyReserved;

    public SqliteActivationTable(Database database)
    {
        _database = database;
        _insert = database.Prepare(
            $"INSERT INTO activation ({Columns}, states) " +
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, zeroblob(?14))");
        _find = database.Prepare($"SELECT {Columns}, seq FROM activation WHERE id = ?1");
        // CROSS JOIN keeps SQLite's planner to this order: one row of each by its key. INDEXED BY keeps it to the short
        // rows, which it would pass over for the primary key.
        _check = database.Prepare(
            "SELECT a.credential_id, a.signer_id, a.client_id, a.state, a.scal, a.total, a.remaining, a.seq, " +
            "a.expires_at, a.mac, a.states, c.state, c.version, c.not_before, c.not_after, s.state, a.given, " +
            "a.authorised_at, a.next_ordinal " +
            "FROM activation a CROSS JOIN credential c INDEXED BY credential_check ON c.id = a.credential_id " +
            "CROSS JOIN signer s INDEXED BY signer_check ON s.id = a.signer_id WHERE a.id = ?1");
        _states = database.Prepare(
            "SELECT seq, remaining, scal, states, total, next_ordinal FROM activation WHERE id = ?1");
        _update = database.Prepare("UPDATE activation SET remaining = ?2, states = ?3 WHERE seq = ?1");
        _updateSegmented = database.Prepare(
            "UPDATE activation SET remaining = ?2, next_ordinal = ?3 WHERE seq = ?1");
        _prolong = database.Prepare("UPDATE activation SET expires_at = ?2, mac = ?3 WHERE seq = ?1");
        _open = database.Prepare(
            "UPDATE activation SET state = 0, expires_at = ?2, authorised_at = ?3, mac = ?4 WHERE seq = ?1");
        _countStaged = database.Prepare(
            "SELECT count(*) FROM activation WHERE signer_id = ?1 AND state = 2 AND expires_at > ?2");
        _listExpired = database.Prepare(
            "SELECT seq, id, expires_at FROM activation WHERE expires_at < ?1 AND (expires_at, seq) > (?2, ?3) " +
            "ORDER BY expires_at, seq LIMIT ?4");
        _deleteSegments = database.Prepare(
            "DELETE FROM activation_segment WHERE (activation_seq, segment) IN " +
            "(SELECT activation_seq, segment FROM activation_segment WHERE activation_seq = ?1 LIMIT ?2)");
        _delete = database.Prepare("DELETE FROM activation WHERE seq = ?1");
        _readSegment = database.Prepare(
            "SELECT states FROM activation_segment WHERE activation_seq = ?1 AND segment = ?2");
        _writeSegment = database.Prepare(
            "INSERT INTO activation_segment (activation_seq, segment, states) VALUES (?1, ?2, ?3) " +
            "ON CONFLICT (activation_seq, segment) DO UPDATE SET states = excluded.states");
        _listSegments = database.Prepare("SELECT states FROM activation_segment WHERE activation_seq = ?1");
        _close = database.Prepare("UPDATE activation SET state = 1, remaining = 0 WHERE seq = ?1");
        _tally = database.Prepare(
            "SELECT total, scal, states, (SELECT count(*) FROM activation_hash h WHERE h.activation_seq = a.seq), " +
            "seq FROM activation a WHERE ?1 IS NULL OR id = ?1");
        _tallyReserved = database.Prepare(
            "SELECT coalesce(sum(length(ordinals)) / 4, 0) FROM reservation WHERE ?1 IS NULL OR activation_id = ?1");
    }

    public override long Insert(ActivationRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        _insert.Start()
            .Bind(row.Id).Bind(row.CredentialId).Bind(row.SignerId).Bind(row.ClientId).Bind((int)row.State)
            .Bind(row.Scal).Bind(row.Total).Bind(row.Remaining).Bind(row.ExpiresAt).Bind(row.CreatedAt).Bind(row.Mac)
            .Bind(row.Given).Bind(row.AuthorisedAt)
            .Bind(row.Total > OccurrenceStates.MostInRow ? 0 : (row.Total + 3) / 4)
            .Execute();
        return _database.LastInsertRowId;
    }

    public override ActivationRow? Find(Guid id)
    {
        using var rows = _find.Start().Bind(id).Rows();
        return rows.Next() ? ActivationRows.Read(rows) : null;
    }

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
        => _prolong.Start().Bind(sequence).Bind(expiresAt).Bind(mac).Execute();

    public override void Open(long sequence, long expiresAt, long authorisedAt, UInt128 mac)
        => _open.Start().Bind(sequence).Bind(expiresAt).Bind(authorisedAt).Bind(mac).Execute();

    public override int CountStaged(Guid signerId, long now)
    {
        using var rows = _countStaged.Start().Bind(signerId).Bind(now).Rows();
        rows.Next();
        return rows.Int32(0);
    }

    public override IReadOnlyList<ExpiredActivation> ListExpired(
        long before, (long ExpiresAt, long Sequence) after, int limit)
    {
        using var rows = _listExpired.Start()
            .Bind(before).Bind(after.ExpiresAt).Bind(after.Sequence).Bind(limit)
            .Rows();
        var result = new List<ExpiredActivation>();
        while (rows.Next())
        {
            result.Add(new ExpiredActivation(rows.Int64(0), rows.Guid(1), rows.Int64(2)));
        }

        return result;
    }

    public override int DeleteSegments(long sequence, int limit)
        => _deleteSegments.Start().Bind(sequence).Bind(limit).Execute();

    public override void Delete(long sequence) => _delete.Start().Bind(sequence).Execute();

    public override void Close(long sequence) => _close.Start().Bind(sequence).Execute();

    public override ActivationTally Tally(Guid? id = null)
    {
        ActivationTally tally;
        using (var rows = _tally.Start().Bind(id).Rows())
        {
            tally = ActivationRows.Count(rows, ReadSegments);
        }

        using var sum = _tallyReserved.Start().Bind(id).Rows();
        sum.Next();
        var reserved = sum.Int64(0);
        return tally with { Reserved = reserved, Consumed = tally.Consumed - reserved };
    }

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

    private IEnumerable<byte[]> ReadSegments(long sequence)
    {
        using var rows = _listSegments.Start().Bind(sequence).Rows();
        var result = new List<byte[]>();
        while (rows.Next())
        {
            result.Add(rows.Bytes(0));
        }

        return result;
    }
}
