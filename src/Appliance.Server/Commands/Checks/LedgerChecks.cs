using Appliance.Ledger;
using Appliance.Server.Hosting;

namespace Appliance.Server.Commands.Checks;

/// <summary>What a crash left, and what was done about the last one.</summary>
internal static class LedgerChecks
{
    public static void Examine(CheckList list, Composition composition) => list.Look("ledger", () =>
    {
        var (unsettled, last) = composition.Store.Read(
            static connection => (Recovery.FindUnsettled(connection), Recovery.FindLast(connection)));
        if (unsettled.Count > 0)
        {
            list.Warn(
                "ledger",
                $"{string.Join("; ", unsettled)}: not settled when it ended. They may have been signed; the next "
                + "start of the server spends them.");
            return;
        }

        list.Ok("ledger", last is null ? "nothing is reserved" : $"nothing is reserved; last recovery: {last}");
    });
}
