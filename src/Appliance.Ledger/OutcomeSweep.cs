using Appliance.Storage;

namespace Appliance.Ledger;

/// <summary>Removes recorded results whose time to be delivered again is over.</summary>
public sealed class OutcomeSweep : Sweep
{
    /// <inheritdoc/>
    public override string Name => "recorded results";

    /// <inheritdoc/>
    public override int Apply(StoreConnection store, long now, int limit)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.Outcomes.DeleteExpired(now, limit);
    }
}
