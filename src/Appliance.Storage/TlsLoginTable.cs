using Appliance.Storage.Sql;

namespace Appliance.Storage;

/// <summary>How many TLS logins signers authorised, by day.</summary>
public sealed class TlsLoginTable
{
    private readonly Statement _add;
    private readonly Statement _count;
    private readonly Statement _deleteBefore;
    private readonly Statement _deleteSigner;

    internal TlsLoginTable(SqlSession session)
    {
        _add = session.Prepare(
            "INSERT INTO tls_login (signer_id, day, count) VALUES (?1, ?2, 1) ON CONFLICT (signer_id, day) " +
            "DO UPDATE SET count = tls_login.count + 1 WHERE tls_login.count < ?3");
        _count = session.Prepare("SELECT count FROM tls_login WHERE signer_id = ?1 AND day = ?2");
        _deleteSigner = session.Prepare("DELETE FROM tls_login WHERE signer_id = ?1");
        _deleteBefore = session.Prepare(
            "DELETE FROM tls_login WHERE (signer_id, day) IN " +
            "(SELECT signer_id, day FROM tls_login WHERE day < ?1 LIMIT ?2)");
    }

    /// <summary>Forgets all days of a signer.</summary>
    public void DeleteSigner(Guid signerId) => _deleteSigner.Start().Bind(signerId).Execute();

    /// <summary>Counts one more.</summary>
    /// <param name="signerId">Whose.</param>
    /// <param name="day">Days since 1970, UTC.</param>
    /// <param name="most">Most of them in a day, at least 1.</param>
    /// <returns>False when the day has as many; nothing is counted.</returns>
    public bool Add(Guid signerId, long day, int most)
        => _add.Start().Bind(signerId).Bind(day).Bind(most).Execute() == 1;

    /// <summary>How many there were on a day.</summary>
    public int Count(Guid signerId, long day)
    {
        using var rows = _count.Start().Bind(signerId).Bind(day).Rows();
        return rows.Next() ? rows.Int32(0) : 0;
    }

    /// <summary>Forgets the days before this one.</summary>
    /// <param name="day">Days since 1970, UTC.</param>
    /// <param name="limit">At most this many rows.</param>
    /// <returns>Rows removed.</returns>
    public int DeleteBefore(long day, int limit) => _deleteBefore.Start().Bind(day).Bind(limit).Execute();
}
