using System.Collections.Concurrent;
using Appliance.Storage.Files;
using Appliance.Storage.Migrations;
using Appliance.Storage.Sqlite;

namespace Appliance.Storage;

/// <summary>
/// The one SQLite file in which everything lasts. A transaction is on disk when its commit returns: write-ahead log,
/// synchronous=FULL. One process owns it.
/// </summary>
public sealed class Store : IDisposable
{
    private const int ReaderCacheKib = 2 * 1024;

    private readonly OwnerLock _lock;
    private readonly Checkpointer _checkpointer;
    private readonly ConcurrentBag<StoreConnection> _readers = [];
    private readonly SemaphoreSlim _freeReaders;
    private bool _disposed;

    private Store(StoreOptions options, OwnerLock ownerLock, StoreConnection writer, Checkpointer checkpointer)
    {
        Path = options.Path;
        Time = options.TimeProvider;
        Writer = writer;
        _lock = ownerLock;
        _checkpointer = checkpointer;
        _freeReaders = new SemaphoreSlim(options.Readers, options.Readers);
    }

    /// <summary>The database file.</summary>
    public string Path { get; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; }

    /// <summary>
    /// The connection that writes, used by one thread at a time: by the ledger's commit loop while one runs, by a
    /// command otherwise.
    /// </summary>
    public StoreConnection Writer { get; }

    /// <summary>Takes the store, creates it when missing, and brings its schema up to date.</summary>
    /// <exception cref="StoreLockedException">Another process owns it.</exception>
    /// <exception cref="StoreSchemaException">A newer release wrote it.</exception>
    /// <exception cref="StoreException">It cannot be opened, or is not a database.</exception>
    public static Store Open(StoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var ownerLock = OwnerLock.Take(options.Path);
        StoreConnection? writer = null;
        try
        {
            PrivateFile.CreateIfMissing(options.Path);
            var database = Database.Open(options.Path, readOnly: false);
            writer = new StoreConnection(database);
            Configure(database, options.WriterCacheKib);
            Migrator.Run(database, options.Path);
            database.CountWalFrames();
            writer.Checkpointer = new Checkpointer(options.Path, database);
            return new Store(options, ownerLock, writer, writer.Checkpointer);
        }
        catch
        {
            writer?.Dispose();
            ownerLock.Dispose();
            throw;
        }
    }

    /// <summary>Reads on one of the read-only connections; everything it reads is of one moment.</summary>
    public T Read<T>(Func<StoreConnection, T> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        return Read(read, static (connection, function) => function(connection));
    }

    /// <summary>As <see cref="Read{T}"/>, without a closure: <paramref name="state"/> is handed on.</summary>
    public T Read<TState, T>(TState state, Func<StoreConnection, TState, T> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        ObjectDisposedException.ThrowIf(_disposed, this);
        _freeReaders.Wait();
        try
        {
            var connection = _readers.TryTake(out var idle) ? idle : OpenReader();
            try
            {
                connection.BeginRead();
                return read(connection, state);
            }
            finally
            {
                connection.Rollback();
                _readers.Add(connection);
            }
        }
        finally
        {
            _freeReaders.Release();
        }
    }

    /// <summary>Closes every connection, then gives the store up. No read may be running.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _checkpointer.Dispose();
        foreach (var reader in _readers)
        {
            reader.Dispose();
        }

        Writer.Dispose();
        _freeReaders.Dispose();
        _lock.Dispose();
    }

    private static void Configure(Database database, int cacheKib)
    {
        database.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
        // Nothing in the store is plain text that must not be recovered from freed pages: secrets are ciphertext.
        database.Execute("PRAGMA secure_delete = OFF; PRAGMA trusted_schema = OFF;");
        database.SetCacheSize(cacheKib);
    }

    private StoreConnection OpenReader()
    {
        var database = Database.Open(Path, readOnly: true);
        database.SetCacheSize(ReaderCacheKib);
        return new StoreConnection(database);
    }
}
