using Appliance.Storage;

namespace Appliance.Ledger.Tests.Drills;

/// <summary>
/// Many callers reserve and give back, so often that a store which loses one release in a thousand loses some: then an
/// occurrence that nobody holds cannot be had any more, or the sum is wrong.
/// </summary>
internal static class ReleaseDrill
{
    /// <summary>Three thousand releases by 64 callers: a loss of each thousandth cannot pass by it.</summary>
    public const int Callers = 64;

    private const int Rounds = 48;

    /// <summary>Runs it over an activation that binds its hashes, and over one that binds none.</summary>
    /// <returns>What was lost; empty when nothing was.</returns>
    public static async Task<IReadOnlyList<string>> RunAsync(LedgerFixture ledger, int scal)
    {
        // Each caller has a hash of its own: nobody else can be in its way.
        var hashes = LedgerFixture.Hashes(Callers);
        var activation = await ledger.OpenAsync(scal == 2 ? hashes : [], total: Callers, scal);
        var refused = await Task.WhenAll(hashes.Select(hash => Task.Run(
            () => TakeAndGiveBackAsync(ledger, activation, hash), TestContext.Current.CancellationToken)));

        var faults = refused.OfType<string>().ToList();
        var tally = ledger.Tally(activation);
        if (tally != new ActivationTally(Callers, 0, 0, 0))
        {
            faults.Add($"everything was given back, and the tally is {tally}");
        }

        if (ledger.Remaining(activation) is var left and not Callers)
        {
            faults.Add($"everything was given back, and {left} of {Callers} are left");
        }

        return faults;
    }

    private static async Task<string?> TakeAndGiveBackAsync(LedgerFixture ledger, Guid activation, byte[] hash)
    {
        for (var round = 0; round < Rounds; round++)
        {
            var (status, reservation) = await ledger.ReserveAsync(ledger.Request(activation, hash));
            if (status != ReservationStatus.Ok)
            {
                return $"{status} for a hash that was given back {round} times";
            }

            await ledger.SettleAsync(reservation, ReservationOutcome.Released);
        }

        return null;
    }
}
