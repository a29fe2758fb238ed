using Appliance.Storage;

namespace Appliance.Server.Hosting;

/// <summary>What must be true before anybody is served; `doctor` tells more.</summary>
internal static class StartChecks
{
    /// <summary>Nothing is signed on a record that a loss of power may take back.</summary>
    /// <exception cref="StoreException">The store's settings do not promise that a commit lasts.</exception>
    public static async Task DemandDurabilityAsync(Composition composition, CancellationToken cancellationToken)
    {
        var durability = await composition.Loop.WriteAsync(
            static connection => connection.ReadDurability(), cancellationToken);
        if (durability.Fault is { } fault)
        {
            throw new StoreException(
                StoreFailure.Other,
                0,
                $"The store {composition.Store.Location} would not keep what it commits: {fault} (it has "
                + $"{durability.Settings}).");
        }
    }
}
