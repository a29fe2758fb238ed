namespace Appliance.Storage.Sql;

/// <summary>
/// How both stores read the audit trail. Where one chain grows at a time, the sequence numbers are in the order of the
/// commits; where several do, people read by time.
/// </summary>
internal sealed class AuditReader
{
    public const string Columns =
        "seq, at, event, outcome, signer_id, credential_id, activation_id, client_id, request_id, count, digest, " +
        "detail, actor";

    private const string Filter =
        "(?2 IS NULL OR signer_id = ?2) AND (?3 IS NULL OR credential_id = ?3) AND " +
        "(?4 IS NULL OR request_id = ?4) AND (?5 IS NULL OR event = ?5) AND " +
        "(?7 IS NULL OR actor = ?7) AND (?8 <> 0 OR event NOT IN ('" +
        AuditTable.ChainOpened + "', '" + AuditTable.ChainClosed + "', '" + AuditTable.Sealed + "', '" +
        AuditTable.SealKey + "')) AND " +
        "(?9 IS NULL OR digest = ?9) AND (?10 IS NULL OR detail LIKE ?10) AND " +
        "at >= ?11 AND at < ?12";

    private readonly bool _byTime;
    private readonly Statement _oldest;
    private readonly Statement _newest;
    private readonly Statement _timeOf;
    private readonly Statement _chain;
    private readonly Statement _last;
    private readonly Statement _remove;

    public AuditReader(SqlSession session, bool byTime)
    {
        _byTime = byTime;
        _oldest = session.Prepare(byTime
            ? $"SELECT {Columns}, hash FROM audit WHERE (at, seq) > (?15, ?1) AND {Filter} "
                + "AND seq <= ?13 AND seq >= ?14 ORDER BY at, seq LIMIT ?6"
            : $"SELECT {Columns}, hash FROM audit WHERE seq > ?1 AND {Filter} AND seq <= ?13 ORDER BY seq LIMIT ?6");
        _newest = session.Prepare(byTime
            ? $"SELECT {Columns}, hash FROM audit WHERE (at, seq) < (?15, ?1) AND {Filter} "
                + "AND seq >= ?13 AND seq <= ?14 ORDER BY at DESC, seq DESC LIMIT ?6"
            : $"SELECT {Columns}, hash FROM audit WHERE seq < ?1 AND {Filter} "
                + "AND seq >= ?13 ORDER BY seq DESC LIMIT ?6");
        _timeOf = session.Prepare("SELECT at FROM audit WHERE seq = ?1");
        _chain = session.Prepare(
            $"SELECT {Columns}, hash FROM audit WHERE seq > ?1 AND seq < ?2 ORDER BY seq LIMIT ?3");
        _last = session.Prepare(
            $"SELECT {Columns}, hash FROM audit WHERE seq > ?1 AND seq < ?2 ORDER BY seq DESC LIMIT 1");
        _remove = session.Prepare("DELETE FROM audit WHERE seq >= ?1 AND seq <= ?2");
    }

    public IReadOnlyList<AuditRow> Read(AuditFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var (start, end) = filter.OldestFirst
            ? (filter.FirstSequence, filter.LastSequence)
            : (filter.LastSequence, filter.FirstSequence);
        var beyond = filter.OldestFirst ? long.MinValue : long.MaxValue;
        var statement = (filter.OldestFirst ? _oldest : _newest).Start()
            .Bind(filter.After ?? (_byTime || start == beyond ? beyond : filter.OldestFirst ? start - 1 : start + 1))
            .Bind(filter.SignerId).Bind(filter.CredentialId).Bind(filter.RequestId).Bind(filter.Event)
            .Bind(filter.Limit).Bind(filter.Actor).Bind(filter.Bookkeeping || filter.Event is not null ? 1L : 0L)
            .Bind(filter.Digest).Bind(filter.Detail).Bind(filter.From).Bind(filter.To)
            .Bind(end);
        return ReadAll(_byTime
            ? statement.Bind(start).Bind(filter.After is { } after ? TimeOf(after) ?? beyond : beyond)
            : statement);
    }

    public IReadOnlyList<AuditRow> ReadChain(long after, long before, int limit)
        => ReadAll(_chain.Start().Bind(after).Bind(before).Bind(limit));

    public AuditRow? FindLast(long after, long before)
        => ReadAll(_last.Start().Bind(after).Bind(before)) is [var last, ..] ? last : null;

    public void Remove(long first, long last) => _remove.Start().Bind(first).Bind(last).Execute();

    private long? TimeOf(long sequence)
    {
        using var rows = _timeOf.Start().Bind(sequence).Rows();
        return rows.Next() ? rows.Int64(0) : null;
    }

    private static List<AuditRow> ReadAll(Statement statement)
    {
        using var rows = statement.Rows();
        var result = new List<AuditRow>();
        while (rows.Next())
        {
            result.Add(new AuditRow(
                rows.Int64(0),
                rows.Int64(1),
                rows.Text(2),
                rows.Text(3),
                rows.NullableGuid(4),
                rows.NullableGuid(5),
                rows.NullableGuid(6),
                rows.NullableGuid(7),
                rows.NullableGuid(8),
                rows.Int32(9),
                rows.Bytes(10),
                rows.NullableText(11),
                rows.NullableText(12),
                rows.NullableBytes(13) ?? []));
        }

        return result;
    }
}
