using System.Globalization;
using Appliance.Storage.Sql;
using Npgsql;
using NpgsqlTypes;

namespace Appliance.Storage.Postgres;

/// <summary>A statement of the tables that are written once in a while: one round trip each.</summary>
internal sealed class PostgresStatement(PostgresSession session, string sql) : Statement
{
    private readonly List<NpgsqlParameter> _parameters = [];
    private List<object[]>? _rows;
    private int _row = -1;

    public override PostgresStatement Start()
    {
        _parameters.Clear();
        return this;
    }

    public override PostgresStatement Bind(long value) => Add(NpgsqlDbType.Bigint, value);

    public override PostgresStatement Bind(long? value) => Add(NpgsqlDbType.Bigint, value);

    public override PostgresStatement Bind(Guid value) => Add(NpgsqlDbType.Uuid, value);

    public override PostgresStatement Bind(Guid? value) => Add(NpgsqlDbType.Uuid, value);

    public override PostgresStatement Bind(UInt128 value) => Add(NpgsqlDbType.Bytea, Bytes128.Of(value));

    public override PostgresStatement Bind(UInt128? value)
        => value is { } some ? Bind(some) : Add(NpgsqlDbType.Bytea, null);

    public override PostgresStatement Bind(ReadOnlySpan<byte> value) => Add(NpgsqlDbType.Bytea, value.ToArray());

    public override PostgresStatement Bind(byte[]? value) => Add(NpgsqlDbType.Bytea, value);

    public override PostgresStatement Bind(string? value)
        => Add(NpgsqlDbType.Text, PostgresText.Storable(value));

    public override int Execute()
    {
        try
        {
            using var command = ToCommand();
            return Math.Max(0, command.ExecuteNonQuery());
        }
        catch (Exception error) when (PostgresErrors.IsOne(error))
        {
            throw PostgresErrors.Translate(error, sql);
        }
    }

    /// <summary>
    /// All rows are fetched at once: tables read one while they read another, and a connection has one answer at a
    /// time.
    /// </summary>
    internal override bool Step()
    {
        _rows ??= Fetch();
        return ++_row < _rows.Count;
    }

    internal override void Reset() => (_rows, _row) = (null, -1);

    internal override bool IsNull(int column) => Value(column) is DBNull;

    internal override long Int64(int column) => Convert.ToInt64(Value(column), CultureInfo.InvariantCulture);

    internal override ReadOnlySpan<byte> Span(int column) => (byte[])Value(column);

    internal override string Text(int column) => (string)Value(column);

    internal override Guid Guid(int column) => (Guid)Value(column);

    private object Value(int column) => _rows![_row][column];

    private List<object[]> Fetch()
    {
        try
        {
            using var command = ToCommand();
            using var reader = command.ExecuteReader();
            var rows = new List<object[]>();
            while (reader.Read())
            {
                var row = new object[reader.FieldCount];
                reader.GetValues(row);
                rows.Add(row);
            }

            return rows;
        }
        catch (Exception error) when (PostgresErrors.IsOne(error))
        {
            throw PostgresErrors.Translate(error, sql);
        }
    }

    private NpgsqlCommand ToCommand()
    {
        var command = session.Connection.CreateCommand();
#pragma warning disable CA2100 // The tables' constant SQL.
        command.CommandText = sql;
#pragma warning restore CA2100
        _parameters.ForEach(parameter => command.Parameters.Add(parameter));
        _parameters.Clear();
        return command;
    }

    private PostgresStatement Add(NpgsqlDbType type, object? value)
    {
        _parameters.Add(new NpgsqlParameter { NpgsqlDbType = type, Value = value ?? DBNull.Value });
        return this;
    }
}
