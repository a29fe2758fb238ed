using Appliance.Storage.Sql;

namespace Appliance.Storage;

/// <summary>The codes that were sent to signers.</summary>
public sealed class OneTimeCodeTable
{
    private const string Columns =
        "signer_id, purpose, subject, id, state, tries, sent_at, expires_at, resend_at, digest, destination, mac";

    private readonly Statement _upsert;
    private readonly Statement _find;
    private readonly Statement _deleteSigner;
    private readonly Statement _deleteOver;

    internal OneTimeCodeTable(SqlSession session)
    {
        _upsert = session.Prepare(
            $"INSERT INTO one_time_code ({Columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) " +
            "ON CONFLICT (signer_id, purpose, subject) DO UPDATE SET id = excluded.id, state = excluded.state, " +
            "tries = excluded.tries, sent_at = excluded.sent_at, expires_at = excluded.expires_at, " +
            "resend_at = excluded.resend_at, digest = excluded.digest, destination = excluded.destination, " +
            "mac = excluded.mac");
        _find = session.Prepare(
            $"SELECT {Columns} FROM one_time_code WHERE signer_id = ?1 AND purpose = ?2 AND subject = ?3");
        _deleteSigner = session.Prepare("DELETE FROM one_time_code WHERE signer_id = ?1");
        _deleteOver = session.Prepare(
            "DELETE FROM one_time_code WHERE resend_at <= ?1 AND expires_at <= ?1 " +
            "AND (signer_id, purpose, subject) IN " +
            "(SELECT signer_id, purpose, subject FROM one_time_code WHERE resend_at <= ?1 AND expires_at <= ?1 " +
            "ORDER BY resend_at LIMIT ?2)");
    }

    /// <summary>Adds the code of a signer, purpose and subject, or replaces it. Lock the signer first.</summary>
    public void Upsert(OneTimeCodeRow row) => _upsert.Start()
        .Bind(row.SignerId).Bind(row.Purpose).Bind(row.Subject).Bind(row.Id).Bind((int)row.State).Bind(row.Tries)
        .Bind(row.SentAt).Bind(row.ExpiresAt).Bind(row.ResendAt).Bind(row.Digest).Bind(row.Destination).Bind(row.Mac)
        .Execute();

    /// <summary>The last code that was sent, or null.</summary>
    public OneTimeCodeRow? Find(Guid signerId, int purpose, Guid subject)
    {
        using var rows = _find.Start().Bind(signerId).Bind(purpose).Bind(subject).Rows();
        return !rows.Next()
            ? null
            : new OneTimeCodeRow(
                rows.Guid(0),
                rows.Int32(1),
                rows.Guid(2),
                rows.Guid(3),
                (OneTimeCodeState)rows.Int32(4),
                rows.Int32(5),
                rows.Int64(6),
                rows.Int64(7),
                rows.Int64(8),
                rows.Bytes(9),
                rows.Bytes(10),
                rows.Bytes(11));
    }

    /// <summary>Removes all codes of a signer.</summary>
    /// <returns>How many.</returns>
    public int DeleteSigner(Guid signerId) => _deleteSigner.Start().Bind(signerId).Execute();

    /// <summary>Removes codes that are expired and forbid no other any more.</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="limit">At most this many, so that no commit is held up.</param>
    /// <returns>How many.</returns>
    public int DeleteOver(long now, int limit) => _deleteOver.Start().Bind(now).Bind(limit).Execute();
}
