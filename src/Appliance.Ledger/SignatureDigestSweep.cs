using Appliance.Storage;

namespace Appliance.Ledger;

/// <summary>Removes signatures that have waited long enough for a time stamp.</summary>
public sealed class SignatureDigestSweep : Sweep
{
    /// <inheritdoc/>
    public override string Name => "signatures without a time stamp";

    /// <inheritdoc/>
    public override int Apply(StoreConnection store, long now, int limit)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.SignatureDigests.DeleteExpired(now, limit);
    }
}
