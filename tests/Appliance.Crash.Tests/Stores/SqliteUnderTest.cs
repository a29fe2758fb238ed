using System.Text.Json.Nodes;
using Appliance.Storage;

namespace Appliance.Crash.Tests.Stores;

/// <summary>
/// One SQLite file. It is looked at in a copy, as whoever opens the file itself recovers its log, which is the next
/// server's to do.
/// </summary>
internal sealed class SqliteUnderTest : StoreUnderTest
{
    private string _path = "";

    public override void Prepare(string directory) => _path = Path.Combine(directory, "store.db");

    public override JsonObject Settings() => new() { ["Path"] = _path };

    public override void Dispose()
    {
    }

    protected override T Look<T>(Func<Store, T> look)
    {
        var folder = Directory.CreateTempSubdirectory("crash-copy-");
        try
        {
            var copy = Path.Combine(folder.FullName, "store.db");
            File.Copy(_path, copy);
            if (File.Exists(_path + "-wal"))
            {
                File.Copy(_path + "-wal", copy + "-wal");
            }

            using var store = Store.Open(new StoreOptions { Path = copy });
            return look(store);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
