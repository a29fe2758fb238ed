using Appliance.Storage.Sql;
using Npgsql;
using NpgsqlTypes;

namespace Appliance.Storage.Postgres;

/// <summary>
/// Rows are locked and read as the transaction begins, in ascending order, counted in memory, and written with the
/// COMMIT: once, however many time stamps of the transaction a client has.
/// </summary>
internal sealed class PostgresTimestampQuotaTable : TimestampQuotaTable
{
    private const string Columns = "client_id, day, used";

    private readonly PostgresTransaction _transaction;
    private readonly Dictionary<Guid, TimestampQuotaRow> _held = [];
    private readonly HashSet<Guid> _changed = [];
    private readonly Statement _find;
    private readonly Statement _hold;
    private readonly SetStatement _count;
    private readonly ColumnOf<Guid> _client = new(NpgsqlDbType.Uuid);
    private readonly ColumnOf<long> _day = new(NpgsqlDbType.Bigint);
    private readonly ColumnOf<long> _used = new(NpgsqlDbType.Bigint);

    public PostgresTimestampQuotaTable(PostgresTransaction transaction)
    {
        _transaction = transaction;
        _find = transaction.Session.Prepare($"SELECT {Columns} FROM timestamp_quota WHERE client_id = ?1");

        // What is missing cannot be locked: the first who asks makes the row, and whoever comes at once waits for it.
        _hold = transaction.Session.Prepare(
            $"INSERT INTO timestamp_quota ({Columns}) VALUES (?1, 0, 0) " +
            $"ON CONFLICT (client_id) DO UPDATE SET day = timestamp_quota.day RETURNING {Columns}");
        _count = new SetStatement(
            "UPDATE timestamp_quota q SET day = w.day, used = w.used " +
            "FROM unnest($1, $2, $3) AS w (client_id, day, used) WHERE q.client_id = w.client_id",
            _client,
            _day,
            _used);
        transaction.Writes(_count);
        transaction.Collects(Collect);
        transaction.Forgets(Forget);
    }

    public override TimestampQuotaRow? Find(Guid clientId)
    {
        using var rows = _find.Start().Bind(clientId).Rows();
        return rows.Next() ? new TimestampQuotaRow(rows.Guid(0), rows.Int64(1), rows.Int32(2)) : null;
    }

    /// <summary>The statement that locks and reads what was announced.</summary>
    public static void Announce(StoreKeys keys, List<NpgsqlBatchCommand> reads)
    {
        if (keys.TimestampQuotas.Count > 0)
        {
            var command = new NpgsqlBatchCommand(
                $"SELECT {Columns} FROM timestamp_quota WHERE client_id = ANY($1) ORDER BY client_id FOR UPDATE");
            command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. keys.TimestampQuotas] });
            reads.Add(command);
        }
    }

    /// <summary>Reads the answer to <see cref="Announce"/>.</summary>
    public void Load(StoreKeys keys, NpgsqlDataReader reader)
    {
        if (keys.TimestampQuotas.Count == 0)
        {
            return;
        }

        reader.NextResult();
        while (reader.Read())
        {
            var row = new TimestampQuotaRow(reader.GetGuid(0), reader.GetInt64(1), (int)reader.GetInt64(2));
            _held[row.ClientId] = row;
        }
    }

    private protected override TimestampQuotaRow Hold(Guid clientId)
    {
        _transaction.Demand();
        if (_held.TryGetValue(clientId, out var held))
        {
            return held;
        }

        using var rows = _hold.Start().Bind(clientId).Rows();
        rows.Next();
        return _held[clientId] = new TimestampQuotaRow(clientId, rows.Int64(1), rows.Int32(2));
    }

    private protected override void Write(in TimestampQuotaRow row)
    {
        _held[row.ClientId] = row;
        _changed.Add(row.ClientId);
    }

    private void Collect()
    {
        foreach (var id in _changed)
        {
            _client.Add(id);
            _day.Add(_held[id].Day);
            _used.Add(_held[id].Used);
            _count.EndRow();
        }

        _changed.Clear();
    }

    private void Forget()
    {
        _held.Clear();
        _changed.Clear();
    }
}
