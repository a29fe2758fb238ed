using Npgsql;

namespace Appliance.Storage.Postgres;

/// <summary>
/// A transaction of a writer. What it looks at is locked and read in one round trip; what it changes is changed in
/// memory and written with the COMMIT in another. The tables are its parts.
/// </summary>
internal sealed class PostgresTransaction(PostgresSession session, PostgresWriter writer)
{
    private readonly List<SetStatement> _writes = [];
    private readonly List<Action> _forgets = [];
    private readonly List<Action> _collects = [];

    public PostgresSession Session => session;

    public PostgresWriter Writer => writer;

    public bool IsOpen { get; private set; }

    /// <summary>Registers what a table writes; written in this order.</summary>
    public void Writes(params SetStatement[] statements) => _writes.AddRange(statements);

    /// <summary>Registers how a table forgets what it has read.</summary>
    public void Forgets(Action forget) => _forgets.Add(forget);

    /// <summary>
    /// Registers how a table that keeps rows in memory collects the changed ones into its statements.
    /// </summary>
    public void Collects(Action collect) => _collects.Add(collect);

    /// <summary>Opens the transaction and runs these in the same round trip.</summary>
    /// <param name="reads">Statements whose rows the caller reads, from the next result of what this returns
    /// on.</param>
    /// <exception cref="StoreException">Nothing is open; see <see cref="StoreFailure"/>.</exception>
    public NpgsqlDataReader Begin(IReadOnlyList<NpgsqlBatchCommand> reads)
    {
        Forget();
        var level = session.IsSerializable ? "SERIALIZABLE" : "READ COMMITTED";
        var opening = new NpgsqlBatchCommand($"BEGIN ISOLATION LEVEL {level}");
        writer.Register(session);
        IsOpen = true;
        var reader = Send([opening, writer.Enter(), .. reads], "beginning a transaction");
        try
        {
            writer.Entered(reader);
            return reader;
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    /// <summary>What is collected in memory would never be written outside of a transaction.</summary>
    public void Demand()
    {
        if (!IsOpen)
        {
            throw new InvalidOperationException("This is written inside a transaction only.");
        }
    }

    /// <summary>Runs statements in one round trip.</summary>
    public NpgsqlDataReader Send(IReadOnlyList<NpgsqlBatchCommand> commands, string doing)
    {
        try
        {
            using var batch = new NpgsqlBatch(session.Connection);
            foreach (var command in commands)
            {
                batch.BatchCommands.Add(command);
            }

            return batch.ExecuteReader();
        }
        catch (Exception error) when (PostgresErrors.IsOne(error))
        {
            throw PostgresErrors.Translate(error, doing);
        }
    }

    /// <summary>Runs statements whose rows nobody wants.</summary>
    public void Run(IReadOnlyList<NpgsqlBatchCommand> commands, string doing)
    {
        try
        {
            using var reader = Send(commands, doing);
            while (reader.NextResult())
            {
                // Each statement's errors come up as its result is reached.
            }
        }
        catch (Exception error) when (PostgresErrors.IsOne(error))
        {
            throw PostgresErrors.Translate(error, doing);
        }
    }

    /// <summary>Writes what waits, without ending the transaction.</summary>
    public void Flush()
    {
        var commands = TakeWrites();
        if (commands.Count > 0)
        {
            Run(commands, "writing");
        }
    }

    /// <summary>What waits, as statements.</summary>
    public List<NpgsqlBatchCommand> TakeWrites()
    {
        _collects.ForEach(static collect => collect());
        var commands = new List<NpgsqlBatchCommand>();
        foreach (var statement in _writes.Where(statement => statement.Rows > 0))
        {
            commands.Add(statement.ToCommand());
            statement.Clear();
        }

        return commands;
    }

    /// <summary>Drops what is in memory: what waits to be written, and what was read.</summary>
    public void Forget()
    {
        _writes.ForEach(static statement => statement.Clear());
        _forgets.ForEach(static forget => forget());
    }

    /// <summary>The transaction has ended, whoever ended it.</summary>
    public void Ended()
    {
        IsOpen = false;
        Forget();
    }
}
