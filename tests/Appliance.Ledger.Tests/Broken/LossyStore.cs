using Appliance.Storage;
using Appliance.Storage.Sqlite;

namespace Appliance.Ledger.Tests.Broken;

/// <summary>A SQLite store that forgets one release in so many, and is right in everything else.</summary>
internal sealed class LossyStore(Store inner, int every) : Store(inner.Time)
{
    public override string Location => inner.Location;

    public override bool IsShared => false;

    public override IReadOnlyList<StoreConnection> Writers { get; } =
        [new LossyConnection((SqliteConnection)inner.Writer, every)];

    public override T Read<TState, T>(TState state, Func<StoreConnection, TState, T> read) => inner.Read(state, read);

    protected override void Dispose(bool disposing) => inner.Dispose();
}
