namespace Appliance.Storage.Sql;

/// <summary>What both stores do with activations one at a time, off the way of a signature.</summary>
internal sealed class ActivationQueries(SqlSession session)
{
    public const string Columns =
        "id, credential_id, signer_id, client_id, state, scal, total, remaining, expires_at, created_at, mac, given, " +
        "authorised_at, purpose";

    private readonly Statement _find = session.Prepare($"SELECT {Columns}, seq FROM activation WHERE id = ?1");

    private readonly Statement _prolong = session.Prepare(
        "UPDATE activation SET expires_at = ?2, mac = ?3 WHERE seq = ?1");

    private readonly Statement _open = session.Prepare(
        "UPDATE activation SET state = 0, expires_at = ?2, authorised_at = ?3, mac = ?4 WHERE seq = ?1");

    private readonly Statement _countStaged = session.Prepare(
        "SELECT count(*) FROM activation WHERE signer_id = ?1 AND state = 2 AND expires_at > ?2");

    private readonly Statement _listExpired = session.Prepare(
        "SELECT seq, id, expires_at FROM activation WHERE expires_at < ?1 AND (expires_at, seq) > (?2, ?3) " +
        "ORDER BY expires_at, seq LIMIT ?4");

    private readonly Statement _deleteSegments = session.Prepare(
        "DELETE FROM activation_segment WHERE (activation_seq, segment) IN " +
        "(SELECT activation_seq, segment FROM activation_segment WHERE activation_seq = ?1 LIMIT ?2)");

    private readonly Statement _closeOfSigner = session.Prepare(
        "UPDATE activation SET state = 1, remaining = 0 WHERE signer_id = ?1 AND state <> 1 AND expires_at > ?2");

    private readonly Statement _delete = session.Prepare("DELETE FROM activation WHERE seq = ?1");

    private readonly Statement _listSegments = session.Prepare(
        "SELECT states FROM activation_segment WHERE activation_seq = ?1");

    private readonly Statement _tally = session.Prepare(
        "SELECT total, scal, states, (SELECT count(*) FROM activation_hash h WHERE h.activation_seq = a.seq), " +
        "seq FROM activation a WHERE ?1 IS NULL OR id = ?1");

    private readonly Statement _tallyReserved = session.Prepare(
        "SELECT coalesce(sum(length(ordinals)) / 4, 0) FROM reservation WHERE ?1 IS NULL OR activation_id = ?1");

    public ActivationRow? Find(Guid id)
    {
        using var rows = _find.Start().Bind(id).Rows();
        return rows.Next() ? Read(rows) : null;
    }

    public void Prolong(long sequence, long expiresAt, UInt128 mac)
        => _prolong.Start().Bind(sequence).Bind(expiresAt).Bind(mac).Execute();

    public void Open(long sequence, long expiresAt, long authorisedAt, UInt128 mac)
        => _open.Start().Bind(sequence).Bind(expiresAt).Bind(authorisedAt).Bind(mac).Execute();

    public int CountStaged(Guid signerId, long now)
    {
        using var rows = _countStaged.Start().Bind(signerId).Bind(now).Rows();
        rows.Next();
        return rows.Int32(0);
    }

    public IReadOnlyList<ExpiredActivation> ListExpired(
        long before, (long ExpiresAt, long Sequence) after, int limit)
    {
        using var rows = _listExpired.Start()
            .Bind(before).Bind(after.ExpiresAt).Bind(after.Sequence).Bind(limit)
            .Rows();
        var result = new List<ExpiredActivation>();
        while (rows.Next())
        {
            result.Add(new ExpiredActivation(rows.Int64(0), rows.Guid(1), rows.Int64(2)));
        }

        return result;
    }

    public int DeleteSegments(long sequence, int limit)
        => _deleteSegments.Start().Bind(sequence).Bind(limit).Execute();

    public int CloseOfSigner(Guid signerId, long now) => _closeOfSigner.Start().Bind(signerId).Bind(now).Execute();

    public void Delete(long sequence) => _delete.Start().Bind(sequence).Execute();

    public ActivationTally Tally(Guid? id)
    {
        ActivationTally tally;
        using (var rows = _tally.Start().Bind(id).Rows())
        {
            tally = Count(rows, ReadSegments);
        }

        using var sum = _tallyReserved.Start().Bind(id).Rows();
        sum.Next();
        var reserved = sum.Int64(0);
        return tally with { Reserved = reserved, Consumed = tally.Consumed - reserved };
    }

    /// <summary>The row of a query for id, credential_id, ..., created_at, mac, given, authorised_at, purpose, seq.</summary>
    private static ActivationRow Read(Rows rows) => new(
        rows.Guid(0),
        rows.Guid(1),
        rows.Guid(2),
        rows.Guid(3),
        (ActivationState)rows.Int32(4),
        rows.Int32(5),
        rows.Int32(6),
        rows.Int32(7),
        rows.Int64(8),
        rows.Int64(9),
        rows.UInt128(10))
    {
        Given = rows.Int32(11),
        AuthorisedAt = rows.Int64(12),
        Purpose = (ActivationPurpose)rows.Int32(13),
        Sequence = rows.Int64(14),
    };

    /// <summary>
    /// Counts over total, scal, states, the number of hash rows and the number of the activation; what is reserved
    /// counts as consumed.
    /// </summary>
    /// <param name="rows">The rows.</param>
    /// <param name="segments">The segments of an activation whose states are not in its row.</param>
    private static ActivationTally Count(Rows rows, Func<long, IEnumerable<byte[]>> segments)
    {
        long authorised = 0, used = 0, spent = 0;
        while (rows.Next())
        {
            var states = rows.Span(2);
            var ours = OccurrenceStates.CountOf(states);
            foreach (var segment in states.Length == 0 ? segments(rows.Int64(4)) : [])
            {
                var more = OccurrenceStates.CountOf(segment);
                ours = (ours.Used + more.Used, ours.Spent + more.Spent);
            }

            // SCAL1 authorises any hash, so its free room counts; SCAL2 only the hashes that were given.
            var count = rows.Int64(1) == 1 ? rows.Int32(0) : rows.Int32(3);
            authorised += count - ours.Used - ours.Spent;
            used += ours.Used;
            spent += ours.Spent;
        }

        return new ActivationTally(authorised, 0, used, spent);
    }

    private List<byte[]> ReadSegments(long sequence)
    {
        using var rows = _listSegments.Start().Bind(sequence).Rows();
        var result = new List<byte[]>();
        while (rows.Next())
        {
            result.Add(rows.Bytes(0));
        }

        return result;
    }
}
