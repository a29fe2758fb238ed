using Appliance.Storage.Chains;
using Appliance.Storage.Sql;
using NpgsqlTypes;

namespace Appliance.Storage.Postgres;

/// <summary>Written with the COMMIT, all records of a transaction in one statement.</summary>
internal sealed class PostgresAuditTable : AuditTable
{
    private readonly PostgresTransaction _transaction;
    private readonly int _lane;
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
    private readonly ColumnOf<long> _sequence = new(NpgsqlDbType.Bigint);
    private readonly ColumnOf<byte[]> _hash = new(NpgsqlDbType.Bytea);

    public PostgresAuditTable(PostgresTransaction transaction, int lane)
        : base(transaction.Session, byTime: true)
    {
        _transaction = transaction;
        _lane = lane;
        _append = new SetStatement(
            $"INSERT INTO audit ({AuditReader.Columns}, hash) " +
            "SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
            _sequence,
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
            _actor,
            _hash);
        transaction.Writes(_append);
    }

    private protected override ChainIdentity Identity
        => new(_transaction.Writer.Node, _transaction.Writer.Incarnation, _lane, _transaction.Writer.Id);

    /// <summary>Whether a COMMIT failed as there is a record already where one of its belongs.</summary>
    public static bool IsItsPlaceTaken(StoreException error)
        => error.InnerException is Npgsql.PostgresException { ConstraintName: "audit_pkey" };

    /// <summary>As PostgreSQL copies rows out in its binary format: no text is decoded on the way.</summary>
    public override void Copy(long after, int limit, AuditBlock block)
        => PostgresAuditCopy.Run(_transaction.Session, after, limit, block);

    private protected override void Demand() => _transaction.Demand();

    private protected override AuditRow Storable(in AuditRow row) => row with
    {
        Detail = PostgresText.Storable(row.Detail),
        Actor = PostgresText.Storable(row.Actor),
    };

    private protected override void Write(in AuditRow row)
    {
        _sequence.Add(row.Sequence);
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
        _detail.Add(row.Detail);
        _actor.Add(row.Actor);
        _hash.Add(row.Hash.ToArray());
        _append.EndRow();
    }

    private protected override void Appended()
    {
        // It is collected inside a transaction only.
    }
}
