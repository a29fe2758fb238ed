namespace Appliance.Storage.Sqlite;

/// <summary>Row at a time over SQLite's C interface.</summary>
internal sealed class SqliteTimestampQuotaTable : TimestampQuotaTable
{
    private readonly SqliteStatement _find;
    private readonly SqliteStatement _write;

    public SqliteTimestampQuotaTable(Database database)
    {
        _find = database.Prepare("SELECT client_id, day, used FROM timestamp_quota WHERE client_id = ?1");
        _write = database.Prepare(
            "INSERT INTO timestamp_quota (client_id, day, used) VALUES (?1, ?2, ?3) " +
            "ON CONFLICT (client_id) DO UPDATE SET day = ?2, used = ?3");
    }

    public override TimestampQuotaRow? Find(Guid clientId)
    {
        using var rows = _find.Start().Bind(clientId).Rows();
        return rows.Next() ? new TimestampQuotaRow(rows.Guid(0), rows.Int64(1), rows.Int32(2)) : null;
    }

    private protected override TimestampQuotaRow Hold(Guid clientId)
        => Find(clientId) ?? new TimestampQuotaRow(clientId, 0, 0);

    private protected override void Write(in TimestampQuotaRow row)
        => _write.Start().Bind(row.ClientId).Bind(row.Day).Bind(row.Used).Execute();
}
