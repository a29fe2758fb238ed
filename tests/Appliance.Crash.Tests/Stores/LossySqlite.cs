using System.Text.Json.Nodes;
using Appliance.Storage;

namespace Appliance.Crash.Tests.Stores;

/// <summary>A store that loses the last records of its audit trail when its server dies.</summary>
internal sealed class LossySqlite : StoreUnderTest
{
    private const int Lost = 200;

    private readonly SqliteUnderTest _store = new();

    public override void Prepare(string directory) => _store.Prepare(directory);

    public override JsonObject Settings() => _store.Settings();

    public override void Dispose() => _store.Dispose();

    public override T Look<T>(Func<Store, T> look)
    {
        using (var store = Store.Open(new StoreOptions { Path = _store.StorePath }))
        {
            var connection = store.Writer;
            var last = connection.Audit.FindLast();
            var chain = last / AuditRow.SequenceOf(1, 0);
            var length = last % AuditRow.SequenceOf(1, 0);
            connection.Begin();
            connection.Audit.Remove(chain, Math.Max(2, length - Lost + 1), length);
            connection.Commit();
        }

        return _store.Look(look);
    }
}
