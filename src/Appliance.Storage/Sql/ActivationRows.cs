namespace Appliance.Storage.Sql;

/// <summary>What both stores read of activations in the same columns.</summary>
internal static class ActivationRows
{
    /// <summary>The row of a query for id, credential_id, ..., created_at, mac.</summary>
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
        rows.UInt128(10));

    /// <summary>Counts over total, scal, states and the number of hash rows; what is reserved counts as consumed.</summary>
    public static ActivationTally Count(Rows rows)
    {
        var states = new OccurrenceStates();
        long authorised = 0, used = 0, spent = 0;
        while (rows.Next())
        {
            states.Load(rows.Span(2));
            // SCAL1 authorises any hash, so its free room counts; SCAL2 only the hashes that were given.
            var count = rows.Int64(1) == 1 ? rows.Int32(0) : rows.Int32(3);
            for (var i = 0; i < count; i++)
            {
                authorised += states[i] == OccurrenceState.Authorised ? 1 : 0;
                used += states[i] == OccurrenceState.Used ? 1 : 0;
                spent += states[i] == OccurrenceState.Spent ? 1 : 0;
            }
        }

        return new ActivationTally(authorised, 0, used, spent);
    }
}
