using Appliance.Storage.Sql;

namespace Appliance.Storage.Sqlite;

/// <summary>Row at a time over SQLite's C interface.</summary>
internal sealed class SqliteActivationTable : ActivationTable
{
    private const string Columns =
        "id, credential_id, signer_id, client_id, state, scal, total, remaining, expires_at, created_at, mac";

    private readonly Database _database;
    private readonly SqliteStatement _insert;
    private readonly SqliteStatement _find;
    private readonly SqliteStatement _check;
    private readonly SqliteStatement _states;
    private readonly SqliteStatement _update;
    private readonly SqliteStatement _close;
    private readonly SqliteStatement _tally;
    private readonly SqliteStatement _tallyReserved;

    public SqliteActivationTable(Database database)
    {
        _database = database;
        _insert = database.Prepare(
            $"INSERT INTO activation ({Columns}, states) " +
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, zeroblob((?7 + 3) / 4))");
        _find = database.Prepare($"SELECT {Columns} FROM activation WHERE id = ?1");
        // CROSS JOIN keeps SQLite's planner to this order: one row of each by its key.
        _check = database.Prepare(
            "SELECT a.credential_id, a.signer_id, a.client_id, a.state, a.scal, a.total, a.remaining, a.seq, " +
            "a.expires_at, a.mac, a.states, c.state, c.version, c.not_before, c.not_after, s.state " +
            "FROM activation a CROSS JOIN credential c ON c.id = a.credential_id " +
            "CROSS JOIN signer s ON s.id = a.signer_id WHERE a.id = ?1");
        _states = database.Prepare("SELECT seq, remaining, scal, states FROM activation WHERE id = ?1");
        _update = database.Prepare("UPDATE activation SET remaining = ?2, states = ?3 WHERE seq = ?1");
        _close = database.Prepare("UPDATE activation SET state = 1, remaining = 0 WHERE seq = ?1");
        _tally = database.Prepare(
            "SELECT total, scal, states, (SELECT count(*) FROM activation_hash h WHERE h.activation_seq = a.seq) " +
            "FROM activation a WHERE ?1 IS NULL OR id = ?1");
        _tallyReserved = database.Prepare(
            "SELECT coalesce(sum(length(ordinals)) / 4, 0) FROM reservation WHERE ?1 IS NULL OR activation_id = ?1");
    }

    public override long Insert(ActivationRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        _insert.Start()
            .Bind(row.Id).Bind(row.CredentialId).Bind(row.SignerId).Bind(row.ClientId).Bind((int)row.State)
            .Bind(row.Scal).Bind(row.Total).Bind(row.Remaining).Bind(row.ExpiresAt).Bind(row.CreatedAt).Bind(row.Mac)
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
        };
        states.Load(rows.Span(10));
        return true;
    }

    public override bool TryReadStates(Guid id, OccurrenceStates states, out long sequence, out int remaining, out int scal)
    {
        ArgumentNullException.ThrowIfNull(states);
        using var rows = _states.Start().Bind(id).Rows();
        var found = rows.Next();
        (sequence, remaining, scal) = found ? (rows.Int64(0), rows.Int32(1), rows.Int32(2)) : (0, 0, 0);
        if (found)
        {
            states.Load(rows.Span(3));
        }

        return found;
    }

    public override void Update(long sequence, int remaining, OccurrenceStates states)
    {
        ArgumentNullException.ThrowIfNull(states);
        _update.Start().Bind(sequence).Bind(remaining).Bind(states.Bits).Execute();
    }

    public override void Close(long sequence) => _close.Start().Bind(sequence).Execute();

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
}
