using Appliance.Storage.Sql;
using Npgsql;

namespace Appliance.Storage.Postgres;

/// <summary>One connection to PostgreSQL, opened when it is needed and again after it was lost.</summary>
internal sealed class PostgresSession(NpgsqlDataSource source, bool serializable) : SqlSession, IDisposable
{
    /// <summary>
    /// Every statement reads a few rows by their keys; the planner knows that from statistics only, which a young or
    /// fast growing table does not have. A database that lacks one of these settings does without.
    /// </summary>
    private static readonly string[] s_settings =
    [
        "SET jit = off",
        "SET enable_seqscan = off",
        "SET enable_hashjoin = off",
        "SET enable_mergejoin = off",
        "SET plan_cache_mode = force_generic_plan",
    ];

    private NpgsqlConnection? _connection;

    public bool IsSerializable => serializable;

    public bool IsOpen => _connection is { State: System.Data.ConnectionState.Open };

    /// <summary>The open connection.</summary>
    /// <exception cref="StoreException">The database cannot be reached.</exception>
    public NpgsqlConnection Connection => IsOpen ? _connection! : Open();

    public override PostgresStatement Prepare(string sql) => new(this, Translate(sql));

    /// <summary>Parameters are ?1 in common SQL and $1 here.</summary>
    public static string Translate(string sql) => sql.Replace('?', '$');

    /// <summary>Runs constant SQL.</summary>
    public int Execute(string sql)
    {
        try
        {
            using var command = Connection.CreateCommand();
#pragma warning disable CA2100 // Constant SQL of this project: scripts, settings, transaction control.
            command.CommandText = sql;
#pragma warning restore CA2100
            return command.ExecuteNonQuery();
        }
        catch (Exception error) when (PostgresErrors.IsOne(error))
        {
            throw PostgresErrors.Translate(error, sql);
        }
    }

    /// <summary>Gives the connection up; what was open in it is undone by the database.</summary>
    public void Close()
    {
        try
        {
            _connection?.Dispose();
        }
        catch (Exception error) when (PostgresErrors.IsOne(error))
        {
            // It was lost, and that is what closing it was for.
        }

        _connection = null;
    }

    public void Dispose() => Close();

    private NpgsqlConnection Open()
    {
        Close();
        try
        {
            _connection = source.OpenConnection();
            foreach (var setting in s_settings)
            {
                TrySet(setting);
            }

            return _connection;
        }
        catch (Exception error) when (PostgresErrors.IsOne(error))
        {
            Close();
            throw PostgresErrors.Translate(error, "connecting");
        }
    }

    private void TrySet(string setting)
    {
        try
        {
            using var command = _connection!.CreateCommand();
#pragma warning disable CA2100 // One of the constants above.
            command.CommandText = setting;
#pragma warning restore CA2100
            command.ExecuteNonQuery();
        }
        catch (PostgresException unknown) when (!unknown.SqlState.StartsWith("57", StringComparison.Ordinal))
        {
            // Another database that speaks PostgreSQL's protocol plans in its own way.
        }
    }
}
