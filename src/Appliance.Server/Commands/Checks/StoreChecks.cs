using Appliance.Server.Hosting;

namespace Appliance.Server.Commands.Checks;

/// <summary>The store: opened with its schema up to date, writable, and durable by its journal settings.</summary>
internal static class StoreChecks
{
    private const string Probe = "doctor.probe";

    public static void Examine(CheckList list, Composition composition)
    {
        var store = composition.Store;
        var written = composition.Loop.WriteAsync(
            connection =>
            {
                connection.Meta.Set(Probe, composition.Time.GetUtcNow().ToString("O"));
                return connection.Meta.Get(Probe);
            },
            CancellationToken.None).AsTask().GetAwaiter().GetResult();
        list.Ok("store", $"{store.Path}: schema up to date, writable (last probe {written})");
    }
}
