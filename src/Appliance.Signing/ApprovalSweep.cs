using Appliance.Ledger;
using Appliance.Storage;

namespace Appliance.Signing;

/// <summary>
/// Removes approvals some time after the end of the waiting, or of the SAD that they led to: until then a caller that
/// asks is told what became of them.
/// </summary>
/// <param name="after">How long after its end an approval is kept.</param>
public sealed class ApprovalSweep(TimeSpan after) : Sweep
{
    /// <inheritdoc/>
    public override string Name => "ended approvals";

    /// <inheritdoc/>
    public override int Apply(StoreConnection store, long now, int limit)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.Approvals.DeleteEnded(now - (long)after.TotalMilliseconds, limit);
    }
}
