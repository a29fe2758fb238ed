using Appliance.Storage.Sql;

namespace Appliance.Storage;

/// <summary>The assertions that clients have used (RFC 7523 section 3, jti): none is taken twice, by no node.</summary>
public sealed class ClientAssertionTable
{
    private readonly Statement _insert;
    private readonly Statement _deleteExpired;

    internal ClientAssertionTable(SqlSession session)
    {
        _insert = session.Prepare(
            "INSERT INTO client_assertion (key, expires_at) VALUES (?1, ?2) ON CONFLICT (key) DO NOTHING");
        _deleteExpired = session.Prepare(
            "DELETE FROM client_assertion WHERE key IN " +
            "(SELECT key FROM client_assertion WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)");
    }

    /// <summary>Uses an assertion up.</summary>
    /// <param name="key">A digest of client and jti.</param>
    /// <param name="expiresAt">When nobody would take it any more, Unix milliseconds.</param>
    /// <returns>False when it was used before.</returns>
    public bool TryUse(ReadOnlySpan<byte> key, long expiresAt)
        => _insert.Start().Bind(key).Bind(expiresAt).Execute() == 1;

    /// <summary>Removes those that expired at or before <paramref name="now"/>, oldest first.</summary>
    /// <returns>How many.</returns>
    public int DeleteExpired(long now, int limit) => _deleteExpired.Start().Bind(now).Bind(limit).Execute();
}
