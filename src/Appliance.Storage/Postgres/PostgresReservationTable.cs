using Appliance.Storage.Sql;
using Npgsql;
using NpgsqlTypes;

namespace Appliance.Storage.Postgres;

/// <summary>
/// Settled rows are deleted as the transaction begins, so that each settlement knows whether it was the first; new ones
/// are written with the COMMIT.
/// </summary>
internal sealed class PostgresReservationTable : ReservationTable
{
    private readonly PostgresTransaction _transaction;
    private readonly NumberBlock _numbers;
    private readonly HashSet<long> _announced = [];
    private readonly HashSet<long> _deleted = [];
    private readonly Statement _list;
    private readonly Statement _deleteOne;
    private readonly SetStatement _insert;
    private readonly ColumnOf<long> _sequence = new(NpgsqlDbType.Bigint);
    private readonly ColumnOf<long> _incarnation = new(NpgsqlDbType.Bigint);
    private readonly ColumnOf<Guid> _request = new(NpgsqlDbType.Uuid);
    private readonly ColumnOf<Guid> _activation = new(NpgsqlDbType.Uuid);
    private readonly ColumnOf<byte[]> _ordinals = new(NpgsqlDbType.Bytea);
    private readonly ColumnOf<byte[]?> _outcome = new(NpgsqlDbType.Bytea);
    private readonly ColumnOf<Guid?> _package = new(NpgsqlDbType.Uuid);
    private readonly Statement _listActivations;

    public PostgresReservationTable(PostgresTransaction transaction)
    {
        _transaction = transaction;
        _numbers = new NumberBlock(transaction.Session, "reservation_numbers");
        _list = transaction.Session.Prepare(
            "SELECT seq, incarnation, request_id, activation_id, ordinals, outcome_key, package_id FROM reservation " +
            "WHERE incarnation = ?1 ORDER BY seq LIMIT ?2");
        _deleteOne = transaction.Session.Prepare("DELETE FROM reservation WHERE seq = ?1");
        _insert = new SetStatement(
            "INSERT INTO reservation (seq, incarnation, request_id, activation_id, ordinals, outcome_key, " +
            "package_id) SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7)",
            _sequence,
            _incarnation,
            _request,
            _activation,
            _ordinals,
            _outcome,
            _package);
        _listActivations = transaction.Session.Prepare("SELECT activation_id FROM reservation");
        transaction.Writes(_insert);
        transaction.Forgets(Forget);
    }

    public override long Insert(
        long incarnation,
        Guid requestId,
        Guid activationId,
        ReadOnlySpan<int> ordinals,
        UInt128? outcomeKey = null,
        Guid? packageId = null)
    {
        _transaction.Demand();
        if (incarnation != _transaction.Writer.Incarnation)
        {
            throw new StoreException(
                StoreFailure.Fenced, 0, "This run of the node has begun anew; nothing is reserved for the one before.");
        }

        var sequence = _numbers.Next();
        _sequence.Add(sequence);
        _incarnation.Add(incarnation);
        _request.Add(requestId);
        _activation.Add(activationId);
        _ordinals.Add(Pack(ordinals));
        _outcome.Add(outcomeKey is { } key ? Bytes128.Of(key) : null);
        _package.Add(packageId);
        _insert.EndRow();
        return sequence;
    }

    public override bool Delete(long sequence)
    {
        _transaction.Demand();
        return _announced.Contains(sequence)
            ? _deleted.Remove(sequence)
            : _deleteOne.Start().Bind(sequence).Execute() == 1;
    }

    public override IReadOnlyList<ReservationRow> List(long incarnation, int limit)
    {
        using var rows = _list.Start().Bind(incarnation).Bind(limit).Rows();
        return ReservationRows.ReadAll(rows);
    }

    public override IReadOnlyList<Guid> ListActivations()
    {
        using var rows = _listActivations.Start().Rows();
        var result = new List<Guid>();
        while (rows.Next())
        {
            result.Add(rows.Guid(0));
        }

        return result;
    }

    /// <summary>The statement that deletes what was announced as settled.</summary>
    public static void Announce(StoreKeys keys, List<NpgsqlBatchCommand> reads)
    {
        if (keys.Reservations.Count > 0)
        {
            var command = new NpgsqlBatchCommand("DELETE FROM reservation WHERE seq = ANY($1) RETURNING seq");
            command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. keys.Reservations] });
            reads.Add(command);
        }
    }

    /// <summary>Reads the answer to <see cref="Announce"/>.</summary>
    public void Load(StoreKeys keys, NpgsqlDataReader reader)
    {
        if (keys.Reservations.Count == 0)
        {
            return;
        }

        _announced.UnionWith(keys.Reservations);
        reader.NextResult();
        while (reader.Read())
        {
            _deleted.Add(reader.GetInt64(0));
        }
    }

    private void Forget()
    {
        _announced.Clear();
        _deleted.Clear();
    }
}
