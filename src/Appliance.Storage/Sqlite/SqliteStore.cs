using System.Collections.Concurrent;
using Appliance.Storage.Files;

namespace Appliance.Storage.Sqlite;

/// <summary>
/// One SQLite file. A transaction is on disk when its commit returns: write-ahead log, synchronous=FULL. One process
/// owns it.
/// </summary>
internal sealed class SqliteStore : Store
{
    private const int ReaderCacheKib = 2 * 1024;

    private readonly OwnerLock _lock;
    private readonly Checkpointer _checkpointer;
    private readonly ConcurrentBag<SqliteConnection> _readers = [];
    private readonly SemaphoreSlim _freeReaders;
    private bool _disposed;

    private SqliteStore(
        string path, StoreOptions options, OwnerLock ownerLock, SqliteConnection writer, Checkpointer checkpointer)
        : base(options.TimeProvider)
    {
        Location = path;
        Writers = [writer];
        _lock = ownerLock;
        _checkpointer = checkpointer;
        _freeReaders = new SemaphoreSlim(options.Readers, options.Readers);
    }

    public override string Location { get; }

    public override bool IsShared => false;

    public override IReadOnlyList<StoreConnection> Writers { get; }

    public static SqliteStore Open(string path, StoreOptions options)
    {
        var ownerLock = OwnerLock.Take(path);
        SqliteConnection? writer = null;
        try
        {
            PrivateFile.CreateIfMissing(path);
            var database = Database.Open(path, readOnly: false);
            writer = new SqliteConnection(database);
            Configure(database, options.WriterCacheKib);
            SqliteMigrator.Run(database, path);
            database.CountWalFrames();
            writer.Checkpointer = new Checkpointer(path, database);
            return new SqliteStore(path, options, ownerLock, writer, writer.Checkpointer);
        }
        catch
        {
            writer?.Dispose();
            ownerLock.Dispose();
            throw;
        }
    }

    public override T Read<TState, T>(TState state, Func<StoreConnection, TState, T> read)
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

    public override void RequestScrub() => _checkpointer.RequestScrub();

    public override bool IsScrubPending => _checkpointer.IsScrubPending;

    protected override void Dispose(bool disposing)
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
        // Names and addresses are plain text, and a signer's are to be gone when it is erased.
        database.Execute("PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF;");
        database.SetCacheSize(cacheKib);
    }

    private SqliteConnection OpenReader()
    {
        var database = Database.Open(Location, readOnly: true);
        database.SetCacheSize(ReaderCacheKib);
        return new SqliteConnection(database);
    }
}
