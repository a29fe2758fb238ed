using Appliance.Storage.Postgres;
using Appliance.Storage.Sqlite;

namespace Appliance.Storage;

/// <summary>
/// Where everything lasts: one SQLite file that one process owns, or a PostgreSQL database that several nodes share. A
/// transaction is durable when its commit returns.
/// </summary>
public abstract class Store : IDisposable
{
    private protected Store(TimeProvider time) => Time = time;

    /// <summary>Which store it is, for people: a file's path, or host and database. Never a secret.</summary>
    public abstract string Location { get; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; }

    /// <summary>True when other nodes write it as well.</summary>
    public abstract bool IsShared { get; }

    /// <summary>
    /// The connections that write, each used by one thread at a time: by the ledger's commit loop while one runs, by a
    /// command otherwise.
    /// </summary>
    public abstract IReadOnlyList<StoreConnection> Writers { get; }

    /// <summary>The first of them.</summary>
    public StoreConnection Writer => Writers[0];

    /// <summary>Takes the store, creates it when missing, and brings its schema up to date.</summary>
    /// <exception cref="StoreLockedException">Another process owns the file.</exception>
    /// <exception cref="StoreSchemaException">A newer release wrote it.</exception>
    /// <exception cref="StoreException">It cannot be opened or reached, or is not a database.</exception>
    public static Store Open(StoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return (options.Path, options.Postgres) switch
        {
            ({ } path, null) => SqliteStore.Open(path, options),
            (null, { } postgres) => PostgresStore.Open(postgres, options),
            _ => throw new ArgumentException("A store is a path or PostgreSQL, one of them.", nameof(options)),
        };
    }

    /// <summary>Reads on one of the connections for that; everything it reads is of one moment.</summary>
    public T Read<T>(Func<StoreConnection, T> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        return Read(read, static (connection, function) => function(connection));
    }

    /// <summary>As <see cref="Read{T}"/>, without a closure: <paramref name="state"/> is handed on.</summary>
    public abstract T Read<TState, T>(TState state, Func<StoreConnection, TState, T> read);

    /// <summary>
    /// Whether there is room for the connections of this node; null where there is no limit, or none is told.
    /// </summary>
    public virtual StoreCapacity? ReadCapacity() => null;

    /// <summary>
    /// Asks that nothing of what was deleted stays in the store's files: done between two of the next transactions.
    /// </summary>
    public virtual void RequestScrub()
    {
    }

    /// <summary>True while <see cref="RequestScrub"/> is to be done.</summary>
    public virtual bool IsScrubPending => false;

    /// <summary>Closes every connection, then gives the store up. No read may be running.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes every connection.</summary>
    protected abstract void Dispose(bool disposing);
}
