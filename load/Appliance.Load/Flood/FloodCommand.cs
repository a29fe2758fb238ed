using System.Text.Json;
using Appliance.Load.Ratio;

namespace Appliance.Load.Flood;

/// <summary>
/// What a flood of sign-ins leaves of the signing throughput: the same signing load without and with the flood, by
/// turns, one JSON line an algorithm. Fails when a signature fails, when less than the floor is left, or when answers
/// and ledger disagree. load/flood.sh starts the appliance and calls this.
/// </summary>
internal static class FloodCommand
{
    private static readonly RatioCase s_case = new("unary", 1, 2, 32);

    public static async Task<int> RunAsync(string[] args)
    {
        var directory = args[0];
        var quick = args.Contains("--quick", StringComparer.Ordinal);
        var (rounds, seconds, floor) = quick ? (3, 1.0, 0.4) : (7, 3.0, 0.6);
        var fixture = Fixture.Read(directory);
        using var calls = new ApplianceCalls(new Uri(fixture.Grpc));
        var tokens = await SigningLoad.LoginAsync(fixture, calls);
        var tallies = new Tallies();
        var held = true;
        for (var i = 0; i < SigningLoad.Algorithms.Length; i++)
        {
            var algorithm = SigningLoad.Algorithms[i];
            var activations = await SigningLoad.AuthorizeAsync(algorithm, i, fixture, calls, tokens);
            held &= await MeasureAsync(
                algorithm.Name, activations, fixture, tokens, tallies, rounds, TimeSpan.FromSeconds(seconds), floor);
        }

        var agreed = await AgreementCheck.RunAsync(fixture, tallies, Path.Combine(directory, "store.db"));
        return held ? agreed : 1;
    }

    private static async Task<bool> MeasureAsync(
        string algorithm,
        List<Activation> activations,
        Fixture fixture,
        string[] tokens,
        Tallies tallies,
        int rounds,
        TimeSpan duration,
        double floor)
    {
        var (quiet, flooded) = (new List<double>(), new List<double>());
        var (found, turnedAway, other) = (0L, 0L, 0L);
        for (var round = -1; round < rounds; round++)
        {
            var before = await SigningLoad.DriveAsync(s_case, activations, fixture, tokens, tallies, duration);
            var flood = await LoginFlood.StartAsync(new Uri(fixture.Rest), CancellationToken.None);
            var under = await SigningLoad.DriveAsync(s_case, activations, fixture, tokens, tallies, duration);
            await flood.DisposeAsync();
            if (round >= 0)
            {
                quiet.Add(before.Appliance);
                flooded.Add(under.Appliance);
                found += flood.Checked;
                turnedAway += flood.TurnedAway;
                other += flood.Other;
            }
        }

        var left = Median(quiet.Zip(flooded, static (q, f) => f / q));
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            @case = "flood",
            algorithm,
            quiet = Math.Round(Median(quiet)),
            flooded = Math.Round(Median(flooded)),
            left = Math.Round(left, 3),
            floor,
            passwordsChecked = found,
            turnedAway,
            other,
            rounds,
        }));
        return left >= floor && found > 0 && turnedAway > 0 && other == 0;
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
