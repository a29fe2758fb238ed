using System.Globalization;
using Appliance.Server.Hosting;
using Appliance.Storage;

namespace Appliance.Server.Commands.Checks;

/// <summary>The store: opened with its schema up to date, writable, and durable by its journal settings.</summary>
internal static class StoreChecks
{
    private const string Probe = "doctor.probe";

    public static void Examine(CheckList list, Composition composition)
    {
        var now = composition.Time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);
        var durability = composition.Loop.WriteAsync(
            connection =>
            {
                connection.Meta.Set(Probe, now);
                return connection.ReadDurability();
            },
            CancellationToken.None).AsTask().GetAwaiter().GetResult();
        if (durability.Fault is { } fault)
        {
            list.Fail("store", $"{composition.Store.Location}: {durability.Settings}; {fault}.");
            return;
        }

        list.Ok("store", $"{composition.Store.Location}: schema up to date, writable, {durability.Settings}");
        list.Look("connections", () => ExamineCapacity(list, composition.Store));
    }

    /// <summary>Of a server that nodes share; a file has no limit.</summary>
    private static void ExamineCapacity(CheckList list, Store store)
    {
        if (store.ReadCapacity() is not { } capacity)
        {
            return;
        }

        var found = $"{capacity.InUse} of {capacity.Limit} in use, and serving opens up to {capacity.Needs}";
        if (capacity.Limit < capacity.Needs)
        {
            list.Fail("connections", $"{found}; raise max_connections, or the limit of the role or the database.");
        }
        else if (capacity.InUse + capacity.Needs > capacity.Limit)
        {
            list.Warn("connections", $"{found}; there may be too few when all nodes serve.");
        }
        else
        {
            list.Ok("connections", found);
        }
    }
}
