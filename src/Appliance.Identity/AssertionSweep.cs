using Appliance.Ledger;
using Appliance.Storage;

namespace Appliance.Identity;

/// <summary>Removes used assertions that nobody would take any more.</summary>
public sealed class AssertionSweep : Sweep
{
    /// <inheritdoc/>
    public override string Name => "used client assertions";

    /// <inheritdoc/>
    public override int Apply(StoreConnection store, long now, int limit)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.ClientAssertions.DeleteExpired(now, limit);
    }
}
