using Npgsql;

namespace Appliance.Storage.Postgres;

/// <summary>A statement that takes its rows as arrays, so that a hundred rows cost one statement.</summary>
internal sealed class SetStatement(string sql, params Column[] columns)
{
    /// <summary>Rows that wait.</summary>
    public int Rows { get; private set; }

    /// <summary>Called once a value was added to each column.</summary>
    public void EndRow() => Rows++;

    public void Clear()
    {
        foreach (var column in columns)
        {
            column.Clear();
        }

        Rows = 0;
    }

    public NpgsqlBatchCommand ToCommand()
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var column in columns)
        {
            command.Parameters.Add(column.ToParameter());
        }

        return command;
    }
}
