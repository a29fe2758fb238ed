using Appliance.Ledger.Tests.Stores;
using Appliance.Storage;

namespace Appliance.Ledger.Tests.Broken;

/// <summary>The place of a <see cref="LossyStore"/>.</summary>
internal sealed class LossyTestStore(int every) : TestStore
{
    private readonly SqliteTestStore _inner = new();

    public override string Name => $"a store that loses one release in {every}";

    public override Store Open(TimeProvider time) => new LossyStore(_inner.Open(time), every);

    public override void Edit(string sql) => _inner.Edit(sql);

    public override IReadOnlyList<string> EventsInCommitOrder() => _inner.EventsInCommitOrder();

    protected override void Dispose(bool disposing) => _inner.Dispose();
}
