using System.Globalization;
using Appliance.Server.Hosting;

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
    }
}
