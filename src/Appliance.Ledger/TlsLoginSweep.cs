using Appliance.Storage;

namespace Appliance.Ledger;

/// <summary>Removes the counts of TLS logins of days that are over.</summary>
public sealed class TlsLoginSweep : Sweep
{
    private const long Day = 86_400_000;

    /// <inheritdoc/>
    public override string Name => "counts of TLS logins";

    /// <inheritdoc/>
    public override int Apply(StoreConnection store, long now, int limit)
    {
        ArgumentNullException.ThrowIfNull(store);
        // A day more than over: the nodes' clocks may differ.
        return store.TlsLogins.DeleteBefore((now / Day) - 1, limit);
    }
}
