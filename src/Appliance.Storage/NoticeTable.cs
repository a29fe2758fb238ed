using Appliance.Storage.Sql;

namespace Appliance.Storage;

/// <summary>
/// The messages to signers that wait to be delivered. Who delivers one holds it by a lease: every change of a row names
/// the holder and says whether it was still that.
/// </summary>
public sealed class NoticeTable
{
    private const string Columns = "id, signer_id, kind, channel, created_at, next_attempt_at, attempts, payload";

    private readonly Statement _insert;
    private readonly Statement _listDue;
    private readonly Statement _anyDue;
    private readonly Statement _lease;
    private readonly Statement _delete;
    private readonly Statement _postpone;
    private readonly Statement _deleteBySigner;
    private readonly Statement _countBySigner;
    private readonly Statement _backlog;

    internal NoticeTable(SqlSession session)
    {
        _insert = session.Prepare($"INSERT INTO notice ({Columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");

        // 2 and 3: nothing is done with the data of who is restricted or erased.
        const string Due =
            "FROM notice n WHERE n.next_attempt_at <= ?1 AND n.lease_until <= ?1 AND NOT EXISTS (SELECT 1 FROM " +
            "notice e WHERE e.signer_id = n.signer_id AND e.seq < n.seq AND (?2 = 1 OR e.channel = n.channel)) AND " +
            "NOT EXISTS (SELECT 1 FROM signer s WHERE s.id = n.signer_id AND s.state IN (2, 3))";
        _listDue = session.Prepare(
            "SELECT n.id, n.signer_id, n.kind, n.channel, n.created_at, n.next_attempt_at, n.attempts, n.payload, " +
            $"n.seq {Due} ORDER BY n.seq LIMIT ?3");
        _anyDue = session.Prepare($"SELECT n.seq {Due} LIMIT 1");
        _lease = session.Prepare(
            "UPDATE notice SET lease_owner = ?3, lease_until = ?4 WHERE seq = ?1 AND id = ?2 AND lease_until <= ?5");
        _delete = session.Prepare("DELETE FROM notice WHERE seq = ?1 AND id = ?2 AND lease_owner = ?3");
        _postpone = session.Prepare(
            "UPDATE notice SET lease_owner = NULL, lease_until = 0, next_attempt_at = ?4, attempts = ?5 " +
            "WHERE seq = ?1 AND id = ?2 AND lease_owner = ?3");
        _deleteBySigner = session.Prepare("DELETE FROM notice WHERE signer_id = ?1");
        _countBySigner = session.Prepare("SELECT count(*) FROM notice WHERE signer_id = ?1");
        _backlog = session.Prepare(
            "SELECT count(*), min(created_at), coalesce(sum(CASE WHEN attempts > 0 THEN 1 ELSE 0 END), 0) FROM notice");
    }

    /// <summary>Adds a message; its sequence number is the store's to choose.</summary>
    public void Insert(NoticeRow row) => _insert.Start()
        .Bind(row.Id).Bind(row.SignerId).Bind(row.Kind).Bind(row.Channel).Bind(row.CreatedAt).Bind(row.NextAttemptAt)
        .Bind(row.Attempts).Bind(row.Payload)
        .Execute();

    /// <summary>
    /// Messages that are due and that nobody holds, oldest first: of each signer the first only, so that none overtakes
    /// another.
    /// </summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="acrossChannels">Whether a signer's messages wait for each other across its channels.</param>
    /// <param name="limit">At most this many.</param>
    public IReadOnlyList<NoticeRow> ListDue(long now, bool acrossChannels, int limit)
    {
        using var rows = _listDue.Start().Bind(now).Bind(acrossChannels ? 1 : 0).Bind(limit).Rows();
        var result = new List<NoticeRow>();
        while (rows.Next())
        {
            result.Add(new NoticeRow(
                rows.Int64(8),
                rows.Guid(0),
                rows.Guid(1),
                rows.Int32(2),
                rows.Int32(3),
                rows.Int64(4),
                rows.Int64(5),
                rows.Int32(6),
                rows.Bytes(7)));
        }

        return result;
    }

    /// <summary>Whether <see cref="ListDue"/> would find anything.</summary>
    public bool AnyDue(long now, bool acrossChannels)
    {
        using var rows = _anyDue.Start().Bind(now).Bind(acrossChannels ? 1 : 0).Rows();
        return rows.Next();
    }

    /// <summary>Takes a message to deliver.</summary>
    /// <param name="row">From <see cref="ListDue"/>.</param>
    /// <param name="owner">Who takes it.</param>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="until">When anybody may take it again, Unix milliseconds.</param>
    /// <returns>False when somebody else has it, or it is gone.</returns>
    public bool Lease(NoticeRow row, Guid owner, long now, long until) => _lease.Start()
        .Bind(row.Sequence).Bind(row.Id).Bind(owner).Bind(until).Bind(now)
        .Execute() == 1;

    /// <summary>Removes a message that its holder is done with.</summary>
    /// <returns>False when <paramref name="owner"/> does not hold it any more.</returns>
    public bool Delete(NoticeRow row, Guid owner) => _delete.Start()
        .Bind(row.Sequence).Bind(row.Id).Bind(owner)
        .Execute() == 1;

    /// <summary>Gives a message back, to be tried later.</summary>
    /// <param name="row">The message.</param>
    /// <param name="owner">Who held it.</param>
    /// <param name="nextAttemptAt">Unix milliseconds.</param>
    /// <param name="attempts">Tries that failed, this one too if it was one.</param>
    /// <returns>False when <paramref name="owner"/> does not hold it any more.</returns>
    public bool Postpone(NoticeRow row, Guid owner, long nextAttemptAt, int attempts) => _postpone.Start()
        .Bind(row.Sequence).Bind(row.Id).Bind(owner).Bind(nextAttemptAt).Bind(attempts)
        .Execute() == 1;

    /// <summary>Removes all messages to a signer, held ones too.</summary>
    /// <returns>How many.</returns>
    public int DeleteBySigner(Guid signerId) => _deleteBySigner.Start().Bind(signerId).Execute();

    /// <summary>How many messages to a signer wait.</summary>
    public long CountBySigner(Guid signerId)
    {
        using var rows = _countBySigner.Start().Bind(signerId).Rows();
        return rows.Next() ? rows.Int64(0) : 0;
    }

    /// <summary>What waits in all.</summary>
    public NoticeBacklog ReadBacklog()
    {
        using var rows = _backlog.Start().Rows();
        return rows.Next()
            ? new NoticeBacklog(rows.Int64(0), rows.NullableInt64(1), rows.Int64(2))
            : new NoticeBacklog(0, null, 0);
    }
}
