namespace Appliance.Storage.Sql;

/// <summary>How both stores read the audit trail.</summary>
internal sealed class AuditReader(SqlSession session)
{
    public const string Columns =
        "at, event, outcome, signer_id, credential_id, activation_id, client_id, request_id, count, digest, detail, " +
        "actor";

    private const string Filter =
        "(?2 IS NULL OR signer_id = ?2) AND (?3 IS NULL OR credential_id = ?3) AND " +
        "(?4 IS NULL OR request_id = ?4) AND (?5 IS NULL OR event = ?5) AND " +
        "(?7 IS NULL OR actor = ?7)";

    private readonly Statement _oldest = session.Prepare(
        $"SELECT {Columns}, seq FROM audit WHERE seq > ?1 AND {Filter} ORDER BY seq LIMIT ?6");

    private readonly Statement _newest = session.Prepare(
        $"SELECT {Columns}, seq FROM audit WHERE seq < ?1 AND {Filter} ORDER BY seq DESC LIMIT ?6");

    public IReadOnlyList<AuditRow> Read(AuditFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        using var rows = (filter.OldestFirst ? _oldest : _newest).Start()
            .Bind(filter.After ?? (filter.OldestFirst ? 0 : long.MaxValue))
            .Bind(filter.SignerId).Bind(filter.CredentialId).Bind(filter.RequestId).Bind(filter.Event)
            .Bind(filter.Limit).Bind(filter.Actor)
            .Rows();
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
