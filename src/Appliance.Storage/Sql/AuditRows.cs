namespace Appliance.Storage.Sql;

/// <summary>The rows of a query for at, event, outcome, ..., detail, actor, seq.</summary>
internal static class AuditRows
{
    public static IReadOnlyList<AuditRow> ReadAll(Rows rows)
    {
        var result = new List<AuditRow>();
        while (rows.Next())
        {
            result.Add(new AuditRow(
                rows.Int64(12),
                rows.Int64(0),
                rows.Text(1),
                rows.Text(2),
                rows.NullableGuid(3),
                rows.NullableGuid(4),
                rows.NullableGuid(5),
                rows.NullableGuid(6),
                rows.NullableGuid(7),
                rows.Int32(8),
                rows.Bytes(9),
                rows.NullableText(10),
                rows.NullableText(11)));
        }

        return result;
    }
}
