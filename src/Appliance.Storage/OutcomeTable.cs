using Appliance.Storage.Sqlite;

namespace Appliance.Storage;

/// <summary>
/// The results of requests that carry an id: in flight, with signatures, or in doubt. Every row is reached by its key,
/// but for those that expire.
/// </summary>
public sealed class OutcomeTable
{
    private readonly Statement _insert;
    private readonly Statement _find;
    private readonly Statement _complete;
    private readonly Statement _setInDoubt;
    private readonly Statement _delete;
    private readonly Statement _deleteExpired;

    internal OutcomeTable(Database database)
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

    /// <summary>Adds a request in flight.</summary>
    /// <param name="key">Of signer, client and the request's id.</param>
    /// <param name="fingerprint">Over what is asked for.</param>
    /// <param name="requestId">The request, as in the audit trail.</param>
    /// <param name="expiresAt">Unix milliseconds; kept at least until then.</param>
    /// <exception cref="StoreException">
    /// There is one of this key (<see cref="StoreFailure.Constraint"/>).
    /// </exception>
    public void Insert(UInt128 key, UInt128 fingerprint, Guid requestId, long expiresAt)
        => _insert.Start().Bind(key).Bind(fingerprint).Bind(requestId).Bind(expiresAt).Execute();

    /// <summary>The request of this key, or null. It may have expired.</summary>
    public OutcomeRow? Find(UInt128 key)
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

    /// <summary>Keeps the signatures of a request that was in flight.</summary>
    /// <param name="key">As for <see cref="Insert"/>.</param>
    /// <param name="mac">Over the row and the signatures.</param>
    /// <param name="signatures">In the ledger's encoding.</param>
    public void Complete(UInt128 key, UInt128 mac, ReadOnlySpan<byte> signatures)
        => _complete.Start().Bind(key).Bind(mac).Bind(signatures).Execute();

    /// <summary>Notes that nobody can tell what became of a request that was in flight.</summary>
    public void SetInDoubt(UInt128 key) => _setInDoubt.Start().Bind(key).Execute();

    /// <summary>Forgets a request.</summary>
    public void Delete(UInt128 key) => _delete.Start().Bind(key).Execute();

    /// <summary>Forgets requests whose time is over, those that are over longest first; never one in flight.</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="limit">Most rows.</param>
    /// <returns>How many were forgotten: fewer than the limit when none is left.</returns>
    public int DeleteExpired(long now, int limit) => _deleteExpired.Start().Bind(now).Bind(limit).Execute();
}
