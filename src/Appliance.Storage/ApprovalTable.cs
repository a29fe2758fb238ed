using Appliance.Storage.Sql;

namespace Appliance.Storage;

/// <summary>Authorisations that wait for the signer's word out of band.</summary>
public sealed class ApprovalTable
{
    private const string Columns =
        "id, handle, link, signer_id, client_id, credential_id, activation_id, scal, total, content, created_at, " +
        "expires_at, state, decided_at, ends_at, mac";

    private readonly Statement _insert;
    private readonly Statement _find;
    private readonly Statement _findByHandle;
    private readonly Statement _findByLink;
    private readonly Statement _decide;
    private readonly Statement _countRecent;
    private readonly Statement _listPending;
    private readonly Statement _listDecided;
    private readonly Statement _deleteEnded;
    private readonly Statement _deleteSigner;

    internal ApprovalTable(SqlSession session)
    {
        _insert = session.Prepare(
            $"INSERT INTO approval ({Columns}) " +
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)");
        _find = session.Prepare($"SELECT {Columns} FROM approval WHERE id = ?1");
        _findByHandle = session.Prepare($"SELECT {Columns} FROM approval WHERE handle = ?1");
        _findByLink = session.Prepare($"SELECT {Columns} FROM approval WHERE link = ?1");
        _decide = session.Prepare(
            "UPDATE approval SET state = ?2, decided_at = ?3, ends_at = ?4, mac = ?5 " +
            "WHERE id = ?1 AND state = 0 AND expires_at > ?3");
        _countRecent = session.Prepare(
            "SELECT count(*) FROM approval WHERE signer_id = ?1 AND created_at > ?2 AND state <> 1");
        _listPending = session.Prepare(
            $"SELECT {Columns} FROM approval WHERE signer_id = ?1 AND state = 0 AND expires_at > ?2 " +
            "ORDER BY created_at, id LIMIT ?3");
        _listDecided = session.Prepare("SELECT id FROM approval WHERE decided_at > ?1 AND decided_at > 0");
        _deleteSigner = session.Prepare("DELETE FROM approval WHERE signer_id = ?1");
        _deleteEnded = session.Prepare(
            "DELETE FROM approval WHERE id IN " +
            "(SELECT id FROM approval WHERE ends_at <= ?1 ORDER BY ends_at LIMIT ?2)");
    }

    /// <summary>Adds one that is pending.</summary>
    public void Insert(ApprovalRow row) => _insert.Start()
        .Bind(row.Id).Bind(row.Handle).Bind(row.Link).Bind(row.SignerId).Bind(row.ClientId).Bind(row.CredentialId)
        .Bind(row.ActivationId).Bind(row.Scal).Bind(row.Total).Bind(row.Content).Bind(row.CreatedAt)
        .Bind(row.ExpiresAt).Bind((int)row.State).Bind(row.DecidedAt).Bind(row.EndsAt).Bind(row.Mac)
        .Execute();

    /// <summary>The one with this id, or null.</summary>
    public ApprovalRow? Find(Guid id) => One(_find.Start().Bind(id));

    /// <summary>The one with this digest of its handle, or null.</summary>
    public ApprovalRow? FindByHandle(ReadOnlySpan<byte> digest) => One(_findByHandle.Start().Bind(digest));

    /// <summary>The one with this digest of its link, or null.</summary>
    public ApprovalRow? FindByLink(ReadOnlySpan<byte> digest) => One(_findByLink.Start().Bind(digest));

    /// <summary>
    /// Writes the decision if there is none yet and it is in time: of several that are made at once, on any nodes, one
    /// is written.
    /// </summary>
    /// <param name="decided">The row with its new state, time, end and MAC.</param>
    /// <returns>False when it was decided before, has expired or is gone.</returns>
    public bool Decide(ApprovalRow decided)
    {
        ArgumentNullException.ThrowIfNull(decided);
        return _decide.Start()
            .Bind(decided.Id).Bind((int)decided.State).Bind(decided.DecidedAt).Bind(decided.EndsAt).Bind(decided.Mac)
            .Execute() == 1;
    }

    /// <summary>How many a signer was asked for since a time, those approved left out.</summary>
    public int CountRecent(Guid signerId, long since)
    {
        using var rows = _countRecent.Start().Bind(signerId).Bind(since).Rows();
        return rows.Next() ? rows.Int32(0) : 0;
    }

    /// <summary>A signer's pending ones, oldest first.</summary>
    public IReadOnlyList<ApprovalRow> ListPending(Guid signerId, long now, int limit)
    {
        using var rows = _listPending.Start().Bind(signerId).Bind(now).Bind(limit).Rows();
        var found = new List<ApprovalRow>();
        while (rows.Next())
        {
            found.Add(Read(rows));
        }

        return found;
    }

    /// <summary>Those decided after a time.</summary>
    public IReadOnlyList<Guid> ListDecided(long after)
    {
        using var rows = _listDecided.Start().Bind(after).Rows();
        var found = new List<Guid>();
        while (rows.Next())
        {
            found.Add(rows.Guid(0));
        }

        return found;
    }

    /// <summary>Removes all of a signer.</summary>
    /// <returns>How many.</returns>
    public int DeleteSigner(Guid signerId) => _deleteSigner.Start().Bind(signerId).Execute();

    /// <summary>Removes those that ended at or before a time, oldest first.</summary>
    /// <returns>How many.</returns>
    public int DeleteEnded(long before, int limit) => _deleteEnded.Start().Bind(before).Bind(limit).Execute();

    private static ApprovalRow? One(Statement statement)
    {
        using var rows = statement.Rows();
        return rows.Next() ? Read(rows) : null;
    }

    private static ApprovalRow Read(Rows rows) => new(
        rows.Guid(0),
        rows.Bytes(1),
        rows.Bytes(2),
        rows.Guid(3),
        rows.Guid(4),
        rows.Guid(5),
        rows.Guid(6),
        rows.Int32(7),
        rows.Int32(8),
        rows.Bytes(9),
        rows.Int64(10),
        rows.Int64(11),
        (ApprovalState)rows.Int32(12),
        rows.Int64(13),
        rows.Int64(14),
        rows.Bytes(15));
}
