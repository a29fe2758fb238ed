namespace Appliance.Storage.Tests;

/// <summary>A store in a directory of its own that goes with it.</summary>
internal sealed class TemporaryStore : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("appliance-store-").FullName;

    public TemporaryStore()
    {
        Path = System.IO.Path.Combine(_directory, "data", "store.db");
        Store = Store.Open(new StoreOptions { Path = Path, TimeProvider = Time });
    }

    public ManualTime Time { get; } = new(new DateTimeOffset(2026, 11, 20, 8, 0, 0, TimeSpan.Zero));

    public string Path { get; }

    public Store Store { get; private set; }

    public StoreConnection Writer => Store.Writer;

    public void Reopen()
    {
        Store.Dispose();
        Store = Store.Open(new StoreOptions { Path = Path, TimeProvider = Time });
    }

    public void Dispose()
    {
        Store.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
