using Appliance.Storage.Sql;
using NpgsqlTypes;

namespace Appliance.Storage.Postgres;

/// <summary>Written with the COMMIT, all records of a transaction in one statement.</summary>
internal sealed class PostgresAuditTable : AuditTable
{
    private readonly PostgresTransaction _transaction;
    private readonly AuditReader _reader;
    private readonly SetStatement _append;
    private readonly ColumnOf<long> _at = new(NpgsqlDbType.Bigint);
    private readonly ColumnOf<string> _event = new(NpgsqlDbType.Text);
    private readonly ColumnOf<string> _outcome = new(NpgsqlDbType.Text);
    private readonly ColumnOf<Guid?> _signer = new(NpgsqlDbType.Uuid);
    private readonly ColumnOf<Guid?> _credential = new(NpgsqlDbType.Uuid);
    private readonly ColumnOf<Guid?> _activation = new(NpgsqlDbType.Uuid);
    private readonly ColumnOf<Guid?> _client = new(NpgsqlDbType.Uuid);
    private readonly ColumnOf<Guid?> _request = new(NpgsqlDbType.Uuid);
    private readonly ColumnOf<long> _count = new(NpgsqlDbType.Bigint);
    private readonly ColumnOf<byte[]> _digest = new(NpgsqlDbType.Bytea);
    private readonly ColumnOf<string?> _detail = new(NpgsqlDbType.Text);
    private readonly ColumnOf<string?> _actor = new(NpgsqlDbType.Text);

    public PostgresAuditTable(PostgresTransaction transaction)
    {
        _transaction = transaction;
        _reader = new AuditReader(transaction.Session);
        _append = new SetStatement(
            $"INSERT INTO audit ({AuditReader.Columns}) " +
            "SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            _at,
            _event,
            _outcome,
            _signer,
            _credential,
            _activation,
            _client,
            _request,
            _count,
            _digest,
            _detail,
            _actor);
        transaction.Writes(_append);
    }

    public override void Append(in AuditRow row)
    {
        _transaction.Demand();
        _at.Add(row.At);
        _event.Add(row.Event);
        _outcome.Add(row.Outcome);
        _signer.Add(row.SignerId);
        _credential.Add(row.CredentialId);
        _activation.Add(row.ActivationId);
        _client.Add(row.ClientId);
        _request.Add(row.RequestId);
        _count.Add(row.Count);
        _digest.Add(row.Digest.ToArray());
        _detail.Add(PostgresText.Storable(row.Detail));
        _actor.Add(PostgresText.Storable(row.Actor));
        _append.EndRow();
    }

    public override IReadOnlyList<AuditRow> Read(AuditFilter filter) => _reader.Read(filter);
}
