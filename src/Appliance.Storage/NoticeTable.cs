using Appliance.Storage.Sql;

namespace Appliance.Storage;

/// <summary>The messages to signers that wait to be delivered.</summary>
public sealed class NoticeTable
{
    private const string Columns = "signer_id, kind, channel, created_at, next_attempt_at, attempts, payload";

    private readonly Statement _insert;

    internal NoticeTable(SqlSession session)
        => _insert = session.Prepare($"INSERT INTO notice ({Columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");

    /// <summary>Adds a message; its sequence number is the store's to choose.</summary>
    public void Insert(NoticeRow row) => _insert.Start()
        .Bind(row.SignerId).Bind(row.Kind).Bind(row.Channel).Bind(row.CreatedAt).Bind(row.NextAttemptAt)
        .Bind(row.Attempts).Bind(row.Payload)
        .Execute();
}
