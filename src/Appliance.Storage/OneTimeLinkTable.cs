using Appliance.Storage.Sql;

namespace Appliance.Storage;

/// <summary>The links that were sent to signers.</summary>
public sealed class OneTimeLinkTable
{
    private const string Columns = "signer_id, purpose, subject, hash, state, created_at, expires_at, mac";

    private readonly Statement _upsert;
    private readonly Statement _find;
    private readonly Statement _findLast;
    private readonly Statement _delete;
    private readonly Statement _deleteSigner;
    private readonly Statement _deleteOver;

    internal OneTimeLinkTable(SqlSession session)
    {
        _upsert = session.Prepare(
            $"INSERT INTO one_time_link ({Columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) " +
            "ON CONFLICT (signer_id, purpose, subject) DO UPDATE SET hash = excluded.hash, state = excluded.state, " +
            "created_at = excluded.created_at, expires_at = excluded.expires_at, mac = excluded.mac");
        _find = session.Prepare($"SELECT {Columns} FROM one_time_link WHERE hash = ?1");
        _findLast = session.Prepare(
            $"SELECT {Columns} FROM one_time_link WHERE signer_id = ?1 AND purpose = ?2 AND subject = ?3");
        _delete = session.Prepare(
            "DELETE FROM one_time_link WHERE signer_id = ?1 AND purpose = ?2 AND subject = ?3");
        _deleteSigner = session.Prepare("DELETE FROM one_time_link WHERE signer_id = ?1");
        _deleteOver = session.Prepare(
            "DELETE FROM one_time_link WHERE expires_at <= ?1 AND hash IN " +
            "(SELECT hash FROM one_time_link WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)");
    }

    /// <summary>Adds the link of a signer, purpose and subject, or replaces it. Lock the signer first.</summary>
    public void Upsert(OneTimeLinkRow row) => _upsert.Start()
        .Bind(row.SignerId).Bind(row.Purpose).Bind(row.Subject).Bind(row.Hash).Bind((int)row.State)
        .Bind(row.CreatedAt).Bind(row.ExpiresAt).Bind(row.Mac)
        .Execute();

    /// <summary>The link with this hash, expired ones too, or null.</summary>
    public OneTimeLinkRow? Find(ReadOnlySpan<byte> hash) => One(_find.Start().Bind(hash));

    /// <summary>The last link of a signer for a purpose and subject, or null.</summary>
    public OneTimeLinkRow? Find(Guid signerId, int purpose, Guid subject)
        => One(_findLast.Start().Bind(signerId).Bind(purpose).Bind(subject));

    /// <summary>Removes a link.</summary>
    /// <returns>False when there was none.</returns>
    public bool Delete(Guid signerId, int purpose, Guid subject)
        => _delete.Start().Bind(signerId).Bind(purpose).Bind(subject).Execute() == 1;

    /// <summary>Removes all links of a signer.</summary>
    /// <returns>How many.</returns>
    public int DeleteSigner(Guid signerId) => _deleteSigner.Start().Bind(signerId).Execute();

    /// <summary>Removes links that expired at or before <paramref name="now"/>, oldest first.</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="limit">At most this many, so that no commit is held up.</param>
    /// <returns>How many.</returns>
    public int DeleteOver(long now, int limit) => _deleteOver.Start().Bind(now).Bind(limit).Execute();

    private static OneTimeLinkRow? One(Statement statement)
    {
        using var rows = statement.Rows();
        return !rows.Next()
            ? null
            : new OneTimeLinkRow(
                rows.Guid(0),
                rows.Int32(1),
                rows.Guid(2),
                rows.Bytes(3),
                (OneTimeLinkState)rows.Int32(4),
                rows.Int64(5),
                rows.Int64(6),
                rows.Bytes(7));
    }
}
