namespace Appliance.Storage.Tests;

/// <summary>A store in a directory of its own that goes with it, or in a PostgreSQL database.</summary>
internal sealed class TemporaryStore : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("appliance-store-").FullName;
    private readonly PostgresOptions? _postgres;

    public TemporaryStore(PostgresOptions? postgres = null)
    {
        _postgres = postgres;
        Path = System.IO.Path.Combine(_directory, "data", "store.db");
        Store = Open();
    }

    public ManualTime Time { get; } = new(new DateTimeOffset(2026, 11, 20, 8, 0, 0, TimeSpan.Zero));

    public string Path { get; }

    public Store Store { get; private set; }

    public StoreConnection Writer => Store.Writer;

    public void Reopen()
    {
        Store.Dispose();
        Store = Open();
    }

    /// <summary>Opens it once more, where stores can be shared.</summary>
    public Store Open() => Store.Open(new StoreOptions
    {
        Path = _postgres is null ? Path : null,
        Postgres = _postgres,
        TimeProvider = Time,
    });

    public void Dispose()
    {
        Store.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
