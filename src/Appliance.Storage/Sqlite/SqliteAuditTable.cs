using Appliance.Storage.Sql;

namespace Appliance.Storage.Sqlite;

/// <summary>Row at a time over SQLite's C interface.</summary>
internal sealed class SqliteAuditTable : AuditTable
{
    private const string Columns =
        "at, event, outcome, signer_id, credential_id, activation_id, client_id, request_id, count, digest, detail, " +
        "actor";

    private const string Filter =
        "(?2 IS NULL OR signer_id = ?2) AND (?3 IS NULL OR credential_id = ?3) AND " +
        "(?4 IS NULL OR request_id = ?4) AND (?5 IS NULL OR event = ?5) AND " +
        "(?7 IS NULL OR actor = ?7)";

    private readonly SqliteStatement _append;
    private readonly SqliteStatement _readOldest;
    private readonly SqliteStatement _readNewest;

    public SqliteAuditTable(Database database)
    {
        _append = database.Prepare(
            $"INSERT INTO audit ({Columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)");
        _readOldest = database.Prepare(
            $"SELECT {Columns}, seq FROM audit WHERE seq > ?1 AND {Filter} ORDER BY seq LIMIT ?6");
        _readNewest = database.Prepare(
            $"SELECT {Columns}, seq FROM audit WHERE seq < ?1 AND {Filter} ORDER BY seq DESC LIMIT ?6");
    }

    public override void Append(in AuditRow row) => _append.Start()
        .Bind(row.At).Bind(row.Event).Bind(row.Outcome)
        .Bind(row.SignerId).Bind(row.CredentialId).Bind(row.ActivationId).Bind(row.ClientId).Bind(row.RequestId)
        .Bind(row.Count).Bind(row.Digest.Span).Bind(row.Detail).Bind(row.Actor)
        .Execute();

    public override IReadOnlyList<AuditRow> Read(AuditFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var statement = filter.OldestFirst ? _readOldest : _readNewest;
        using var rows = statement.Start()
            .Bind(filter.After ?? (filter.OldestFirst ? 0 : long.MaxValue))
            .Bind(filter.SignerId).Bind(filter.CredentialId).Bind(filter.RequestId).Bind(filter.Event)
            .Bind(filter.Limit).Bind(filter.Actor)
            .Rows();
        return AuditRows.ReadAll(rows);
    }
}
