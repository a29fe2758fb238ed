using NpgsqlTypes;

namespace Appliance.Storage.Postgres;

/// <summary>New activations.</summary>
internal sealed class ActivationInserts
{
    private readonly ColumnOf<long> _sequence = new(NpgsqlDbType.Bigint);
    private readonly ColumnOf<Guid> _id = new(NpgsqlDbType.Uuid);
    private readonly ColumnOf<Guid> _credential = new(NpgsqlDbType.Uuid);
    private readonly ColumnOf<Guid> _signer = new(NpgsqlDbType.Uuid);
    private readonly ColumnOf<Guid> _client = new(NpgsqlDbType.Uuid);
    private readonly ColumnOf<long> _state = new(NpgsqlDbType.Bigint);
    private readonly ColumnOf<long> _scal = new(NpgsqlDbType.Bigint);
    private readonly ColumnOf<long> _total = new(NpgsqlDbType.Bigint);
    private readonly ColumnOf<long> _remaining = new(NpgsqlDbType.Bigint);
    private readonly ColumnOf<long> _expires = new(NpgsqlDbType.Bigint);
    private readonly ColumnOf<long> _created = new(NpgsqlDbType.Bigint);
    private readonly ColumnOf<byte[]> _mac = new(NpgsqlDbType.Bytea);
    private readonly ColumnOf<byte[]> _states = new(NpgsqlDbType.Bytea);
    private readonly ColumnOf<long> _given = new(NpgsqlDbType.Bigint);
    private readonly ColumnOf<long> _authorised = new(NpgsqlDbType.Bigint);
    private readonly ColumnOf<long> _purpose = new(NpgsqlDbType.Bigint);

    public ActivationInserts() => Statement = new SetStatement(
        "INSERT INTO activation (seq, id, credential_id, signer_id, client_id, state, scal, total, remaining, " +
        "expires_at, created_at, mac, states, given, authorised_at, purpose) " +
        "SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        _sequence,
        _id,
        _credential,
        _signer,
        _client,
        _state,
        _scal,
        _total,
        _remaining,
        _expires,
        _created,
        _mac,
        _states,
        _given,
        _authorised,
        _purpose);

    public SetStatement Statement { get; }

    public void Add(long sequence, ActivationRow row)
    {
        _sequence.Add(sequence);
        _id.Add(row.Id);
        _credential.Add(row.CredentialId);
        _signer.Add(row.SignerId);
        _client.Add(row.ClientId);
        _state.Add((long)row.State);
        _scal.Add(row.Scal);
        _total.Add(row.Total);
        _remaining.Add(row.Remaining);
        _expires.Add(row.ExpiresAt);
        _created.Add(row.CreatedAt);
        _mac.Add(Bytes128.Of(row.Mac));
        _states.Add(OccurrenceStates.NewRowBits(row.Total));
        _given.Add(row.Given);
        _authorised.Add(row.AuthorisedAt);
        _purpose.Add((long)row.Purpose);
        Statement.EndRow();
    }
}
