using System.Globalization;

namespace Appliance.Benchmarks.Ledger;

/// <summary>What a caller waits that is alone, beside what one sync takes in the same directory, by turns.</summary>
internal static class LoneCaller
{
    private const int Rounds = 11;
    private const int PerRound = 200;

    public static async Task PrintAsync()
    {
        using var scene = await LedgerScene.CreateAsync(perActivation: 32);
        using var probe = new SyncProbe(Path.Combine(Path.GetDirectoryName(scene.Store.Location)!, "probe"));
        await using var loop = scene.StartLoop();
        var rounds = new List<(double Wait, double Sync)>();
        for (var round = 0; round < Rounds; round++)
        {
            var waits = new double[PerRound];
            var first = round * PerRound;
            await LedgerCallers.RunAsync(loop, scene.Activations, 1, n => scene.Request(first + n), waits);
            var syncs = Enumerable.Range(0, PerRound).Select(_ => probe.Measure()).Order().ToList();
            Array.Sort(waits);
            rounds.Add((waits[PerRound / 2], syncs[PerRound / 2]));
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"A lone caller waits {Median(rounds, round => round.Wait):F0} us, "
            + $"{Median(rounds, round => round.Wait / round.Sync):F2} times a sync of "
            + $"{Median(rounds, round => round.Sync):F0} us (medians of {Rounds} rounds)"));
    }

    private static double Median(List<(double Wait, double Sync)> rounds, Func<(double Wait, double Sync), double> of)
        => rounds.Select(of).Order().ElementAt(rounds.Count / 2);
}
