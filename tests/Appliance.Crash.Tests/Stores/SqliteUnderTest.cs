using System.Text.Json.Nodes;
using Appliance.Storage;

namespace Appliance.Crash.Tests.Stores;

/// <summary>
/// One SQLite file. It is looked at in a copy, as whoever opens the file itself recovers its log, which is the next
/// server's to do.
/// </summary>
internal sealed class SqliteUnderTest : StoreUnderTest
{
    /// <summary>The file.</summary>
    public string StorePath { get; private set; } = "";

    public override void Prepare(string directory) => StorePath = Path.Combine(directory, "store.db");

    public override JsonObject Settings() => new() { ["Path"] = StorePath };

    public override void Dispose()
    {
    }

    public override T Look<T>(Func<Store, T> look)
    {
        var folder = Directory.CreateTempSubdirectory("crash-copy-");
        try
        {
            var copy = Path.Combine(folder.FullName, "store.db");
            File.Copy(StorePath, copy);
            if (File.Exists(StorePath + "-wal"))
            {
                File.Copy(StorePath + "-wal", copy + "-wal");
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
