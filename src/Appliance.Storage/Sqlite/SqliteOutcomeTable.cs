namespace Appliance.Storage.Sqlite;

/// <summary>Row at a time over SQLite's C interface.</summary>
internal sealed class SqliteOutcomeTable : OutcomeTable
{
    private readonly SqliteStatement _insert;
    private readonly SqliteStatement _find;
    private readonly SqliteStatement _complete;
    private readonly SqliteStatement _setInDoubt;
    private readonly SqliteStatement _delete;
    private readonly SqliteStatement _deleteExpired;

    public SqliteOutcomeTable(Database database)
    {
        _insert = database.Prepare(
            "INSERT INTO outcome (key, state, fingerprint, request_id, expires_at, mac, signatures) " +
            "VALUES (?1, 0, ?2, ?3, ?4, x'', x'')");
        _find = database.Prepare(
            "SELECT state, fingerprint, request_id, expires_at, mac, signatures FROM outcome WHERE key = ?1");
        _complete = database.Prepare("UPDATE outcome SET state = 1, mac = ?2, signatures = ?3 WHERE key = ?1");
        _setInDoubt = database.Prepare("UPDATE outcome SET state = 2 WHERE key = ?1");
        _delete = database.Prepare("DELETE FROM outcome WHERE key = ?1");
        _deleteExpired = database.Prepare(
            "DELETE FROM outcome WHERE key IN (SELECT key FROM outcome " +
            "WHERE expires_at <= ?1 AND state <> 0 ORDER BY expires_at LIMIT ?2)");
    }

    public override void Insert(UInt128 key, UInt128 fingerprint, Guid requestId, long expiresAt)
        => _insert.Start().Bind(key).Bind(fingerprint).Bind(requestId).Bind(expiresAt).Execute();

    public override OutcomeRow? Find(UInt128 key)
    {
        using var rows = _find.Start().Bind(key).Rows();
        return rows.Next()
            ? new OutcomeRow(
                (OutcomeState)rows.Int32(0),
                rows.UInt128(1),
                rows.Guid(2),
                rows.Int64(3),
                rows.UInt128(4),
                rows.Bytes(5))
            : null;
    }

    public override void Complete(UInt128 key, UInt128 mac, ReadOnlySpan<byte> signatures)
        => _complete.Start().Bind(key).Bind(mac).Bind(signatures).Execute();

    public override void SetInDoubt(UInt128 key) => _setInDoubt.Start().Bind(key).Execute();

    public override void Delete(UInt128 key) => _delete.Start().Bind(key).Execute();

    public override int DeleteExpired(long now, int limit) => _deleteExpired.Start().Bind(now).Bind(limit).Execute();
}
