namespace Appliance.Storage.Sql;

/// <summary>What both stores read of activations in the same columns.</summary>
internal static class ActivationRows
{
    /// <summary>The row of a query for id, credential_id, ..., created_at, mac, given, authorised_at, seq.</summary>
    public static ActivationRow Read(Rows rows) => new(
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
        Sequence = rows.Int64(13),
    };

    /// <summary>
    /// Counts over total, scal, states, the number of hash rows and the number of the activation; what is reserved
    /// counts as consumed.
    /// </summary>
    /// <param name="rows">The rows.</param>
    /// <param name="segments">The segments of an activation whose states are not in its row.</param>
    public static ActivationTally Count(Rows rows, Func<long, IEnumerable<byte[]>> segments)
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
}
