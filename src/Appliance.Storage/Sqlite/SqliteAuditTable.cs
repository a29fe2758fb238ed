using Appliance.Storage.Sql;

namespace Appliance.Storage.Sqlite;

/// <summary>Row at a time over SQLite's C interface.</summary>
internal sealed class SqliteAuditTable : AuditTable
{
    private readonly SqliteStatement _append;
    private readonly AuditReader _reader;

    public SqliteAuditTable(Database database)
    {
        _append = database.Prepare(
            $"INSERT INTO audit ({AuditReader.Columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)");
        _reader = new AuditReader(database);
    }

    public override void Append(in AuditRow row) => _append.Start()
        .Bind(row.At).Bind(row.Event).Bind(row.Outcome)
        .Bind(row.SignerId).Bind(row.CredentialId).Bind(row.ActivationId).Bind(row.ClientId).Bind(row.RequestId)
        .Bind(row.Count).Bind(row.Digest.Span).Bind(row.Detail).Bind(row.Actor)
        .Execute();

    public override IReadOnlyList<AuditRow> Read(AuditFilter filter) => _reader.Read(filter);
}
