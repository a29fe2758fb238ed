namespace Appliance.Storage.Sql;

/// <summary>
/// The rows of a query for seq, incarnation, request_id, activation_id, ordinals, outcome_key, package_id.
/// </summary>
internal static class ReservationRows
{
    public static IReadOnlyList<ReservationRow> ReadAll(Rows rows)
    {
        var result = new List<ReservationRow>();
        while (rows.Next())
        {
            UInt128? outcomeKey = rows.IsNull(5) ? null : rows.UInt128(5);
            var ordinals = ReservationTable.Unpack(rows.Span(4));
            result.Add(new ReservationRow(
                rows.Int64(0), rows.Int64(1), rows.Guid(2), rows.Guid(3), ordinals, outcomeKey, rows.NullableGuid(6)));
        }

        return result;
    }
}
