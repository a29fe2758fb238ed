namespace Appliance.Storage.Sqlite;

/// <summary>Row at a time over SQLite's C interface.</summary>
internal sealed class SqliteActivationChunkTable : ActivationChunkTable
{
    private const string Columns = "first, count, digest_length, filled, mac, hashes";

    private readonly SqliteStatement _insert;
    private readonly SqliteStatement _findBefore;
    private readonly SqliteStatement _findFrom;
    private readonly SqliteStatement _setFilled;
    private readonly SqliteStatement _delete;
    private readonly SqliteStatement _deleteClosed;

    public SqliteActivationChunkTable(Database database)
    {
        _insert = database.Prepare(
            $"INSERT INTO activation_chunk (activation_seq, {Columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
        _findBefore = database.Prepare(
            $"SELECT {Columns} FROM activation_chunk WHERE activation_seq = ?1 AND first < ?2 " +
            "ORDER BY first DESC LIMIT 1");
        _findFrom = database.Prepare(
            $"SELECT {Columns} FROM activation_chunk WHERE activation_seq = ?1 AND first >= ?2 " +
            "ORDER BY first LIMIT 1");
        _setFilled = database.Prepare(
            "UPDATE activation_chunk SET filled = 1 WHERE activation_seq = ?1 AND first = ?2");
        _delete = database.Prepare(
            "DELETE FROM activation_chunk WHERE rowid IN " +
            "(SELECT rowid FROM activation_chunk WHERE activation_seq = ?1 LIMIT ?2)");
        _deleteClosed = database.Prepare(
            "DELETE FROM activation_chunk WHERE rowid IN " +
            "(SELECT c.rowid FROM activation_chunk c JOIN activation a ON a.seq = c.activation_seq " +
            "WHERE a.state <> 2 LIMIT ?1)");
    }

    public override void Insert(long sequence, in ActivationChunk chunk) => _insert.Start()
        .Bind(sequence).Bind(chunk.First).Bind(chunk.Count).Bind(chunk.DigestLength).Bind(chunk.IsFilled ? 1 : 0)
        .Bind(chunk.Mac).Bind(chunk.Hashes)
        .Execute();

    public override bool TryFindBefore(long sequence, int limit, out ActivationChunk chunk)
        => TryRead(_findBefore.Start().Bind(sequence).Bind(limit), out chunk);

    public override bool TryFindFrom(long sequence, int start, out ActivationChunk chunk)
        => TryRead(_findFrom.Start().Bind(sequence).Bind(start), out chunk);

    public override void SetFilled(long sequence, int first)
        => _setFilled.Start().Bind(sequence).Bind(first).Execute();

    public override int Delete(long sequence, int limit) => _delete.Start().Bind(sequence).Bind(limit).Execute();

    public override int DeleteClosed(int limit) => _deleteClosed.Start().Bind(limit).Execute();

    private static bool TryRead(Sql.Statement statement, out ActivationChunk chunk)
    {
        using var rows = statement.Rows();
        var found = rows.Next();
        chunk = found
            ? new ActivationChunk(
                rows.Int32(0), rows.Int32(1), rows.Int32(2), rows.Flag(3), rows.UInt128(4), rows.Bytes(5))
            : default;
        return found;
    }
}
