using System.Globalization;
using Appliance.Server.Hosting;

namespace Appliance.Server.Commands.Checks;

/// <summary>The store: opened with its schema up to date, writable, and durable by its journal settings.</summary>
internal static class StoreChecks
{
    private const string Probe = "doctor.probe";

    /// <summary>PRAGMA synchronous = FULL: a commit is on disk when it returns.</summary>
    private const int FullSynchronous = 2;

    public static void Examine(CheckList list, Composition composition)
    {
        var now = composition.Time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);
        var (journal, synchronous) = composition.Loop.WriteAsync(
            connection =>
            {
                connection.Meta.Set(Probe, now);
                return connection.ReadDurability();
            },
            CancellationToken.None).AsTask().GetAwaiter().GetResult();
        if (!string.Equals(journal, "wal", StringComparison.Ordinal) || synchronous < FullSynchronous)
        {
            list.Fail(
                "store",
                FormattableString.Invariant(
                    $"{composition.Store.Path}: journal {journal}, synchronous {synchronous}; it must be wal and 2."));
            return;
        }

        list.Ok("store", $"{composition.Store.Path}: schema up to date, writable, journal wal, synchronous FULL");
    }
}
