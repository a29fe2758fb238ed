using Appliance.Storage;
using Appliance.Storage.Sqlite;

namespace Appliance.Ledger.Tests.Stores;

/// <summary>A file in a folder of its own.</summary>
internal sealed class SqliteTestStore : TestStore
{
    private readonly string _folder = Directory.CreateTempSubdirectory("appliance-ledger-").FullName;

    public override string Name => "SQLite";

    public string Path => System.IO.Path.Combine(_folder, "store.db");

    public override Store Open(TimeProvider time) => Store.Open(new StoreOptions { Path = Path, TimeProvider = time });

    public override void Edit(string sql)
    {
        using var database = Database.Open(Path, readOnly: false);
        database.Execute(sql);
    }

    /// <remarks>One transaction writes at a time, so the numbers are in the order of the commits.</remarks>
    public override IReadOnlyList<string> EventsInCommitOrder()
    {
        using var database = Database.Open(Path, readOnly: true);
        using var rows = database
            .Prepare("SELECT event FROM audit WHERE event NOT LIKE 'audit.%' ORDER BY seq").Start().Rows();
        var result = new List<string>();
        while (rows.Next())
        {
            result.Add(rows.Text(0));
        }

        return result;
    }

    protected override void Dispose(bool disposing)
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }
}
