using System.Collections.Concurrent;
using Npgsql;

namespace Appliance.Storage.Postgres;

/// <summary>A PostgreSQL database that several nodes share.</summary>
internal sealed class PostgresStore : Store
{
    /// <summary>
    /// A node that is paused within a transaction must not hold its rows for as long as it sleeps: after 5 s without a
    /// word of it the database undoes the transaction. Milliseconds.
    /// </summary>
    private const string EndSleepers = "-c idle_in_transaction_session_timeout=5000";

    private readonly NpgsqlDataSource _source;
    private readonly PostgresOptions _options;
    private readonly PostgresIncarnation _incarnation = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentBag<PostgresConnection> _readers = [];
    private readonly SemaphoreSlim _freeReaders;
    private readonly PostgresConnection[] _writers;
    private readonly int _maxReaders;

    private PostgresStore(PostgresOptions options, NpgsqlDataSource source, string location, StoreOptions store)
        : base(store.TimeProvider)
    {
        _options = options;
        _source = source;
        Location = location;
        _maxReaders = store.Readers;
        _freeReaders = new SemaphoreSlim(store.Readers, store.Readers);
        _writers = [.. Enumerable.Range(0, options.Writers).Select(Connect)];
    }

    public override string Location { get; }

    public override bool IsShared => true;

    public override IReadOnlyList<StoreConnection> Writers => _writers;

    public static PostgresStore Open(PostgresOptions options, StoreOptions store)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Writers, 1, nameof(options));
        var settings = Settings(options);
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        if (options.Password is { } password)
        {
            builder.UsePasswordProvider(
                _ => password() ?? "", (_, _) => ValueTask.FromResult(password() ?? ""));
        }

        var source = builder.Build();
        try
        {
            var location = $"{settings.Host}:{settings.Port}/{settings.Database}";
            using var session = new PostgresSession(source, serializable: false);
            PostgresMigrator.Run(session, location);
            return new PostgresStore(options, source, location, store);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    public override T Read<TState, T>(TState state, Func<StoreConnection, TState, T> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
        if (!_freeReaders.Wait(_options.Timeout, _closing.Token))
        {
            throw new StoreException(StoreFailure.Unavailable, 0, "Every connection that reads waits for PostgreSQL.");
        }

        try
        {
            while (true)
            {
                var wasIdle = _readers.TryTake(out var idle);
                var connection = wasIdle ? idle! : Connect(lane: 0);
                try
                {
                    return Read(connection, state, read);
                }
                catch (StoreException lost) when (wasIdle && lost.Failure == StoreFailure.Unavailable)
                {
                    // It may have been lost while it was idle: another one, or a new one, tells.
                }
            }
        }
        finally
        {
            _freeReaders.Release();
        }
    }

    public override StoreCapacity? ReadCapacity()
    {
        using var session = new PostgresSession(_source, serializable: false);
        try
        {
            return PostgresCapacity.Read(session, _writers.Length + _maxReaders);
        }
        catch (StoreException error) when (!error.IsTemporary)
        {
            // Another database that speaks the protocol counts in its own way.
            return null;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (_closing.IsCancellationRequested)
        {
            return;
        }

        _closing.Cancel();
        foreach (var connection in _writers.Concat(_readers))
        {
            connection.Dispose();
        }

        _freeReaders.Dispose();
        _source.Dispose();
        _closing.Dispose();
    }

    private T Read<TState, T>(PostgresConnection connection, TState state, Func<StoreConnection, TState, T> read)
    {
        try
        {
            connection.BeginRead();
            var result = read(connection, state);
            connection.EndRead();
            _readers.Add(connection);
            return result;
        }
        catch
        {
            // Whatever state it is in, it is not handed to anybody else.
            connection.Dispose();
            throw;
        }
    }

    private PostgresConnection Connect(int lane)
        => new(new PostgresSession(_source, _options.Serializable), _incarnation, lane);

    private static NpgsqlConnectionStringBuilder Settings(PostgresOptions options)
    {
        var seconds = (int)Math.Ceiling(options.Timeout.TotalSeconds);
        var builder = new NpgsqlConnectionStringBuilder(options.ConnectionString);
        builder.Options = string.IsNullOrEmpty(builder.Options) ? EndSleepers : $"{builder.Options} {EndSleepers}";
        return new NpgsqlConnectionStringBuilder(builder.ConnectionString)
        {
            ApplicationName = "appliance",
            // Each connection is one object's for as long as it lives.
            Pooling = false,
            Timeout = seconds,
            CommandTimeout = seconds,
            MaxAutoPrepare = 100,
            AutoPrepareMinUsages = 2,
            KeepAlive = seconds,
            Enlist = false,
        };
    }
}
