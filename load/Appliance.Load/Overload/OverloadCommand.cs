using System.Globalization;
using System.Text.Json;
using Appliance.Load.Ratio;
using Appliance.Load.Timestamps;

namespace Appliance.Load.Overload;

/// <summary>
/// What becomes of the appliance when more is asked of it than its token can do, or when bulk work keeps the token
/// busy: one JSON line a case, then the line that checks that answers, consumed hashes and audit records agree. Fails
/// when a bound is missed. load/overload.sh starts the appliances and calls this.
/// </summary>
internal static class OverloadCommand
{
    private const double Millisecond = 1_000_000;
    private const double LanesBound = 3;
    private const long MostGrowth = 256;

    /// <summary>While nothing is wrong, answers come in a fraction of that.</summary>
    private static readonly TimeSpan s_slow = TimeSpan.FromMilliseconds(100);

    public static async Task<int> RunAsync(string[] args)
    {
        var (directory, name) = (args[0], args[1]);
        var algorithm = SigningLoad.Algorithms.First(item => item.Name == args[2]);
        var quick = args.Contains("--quick", StringComparer.Ordinal);
        var fixture = Fixture.Read(directory);
        var tallies = new Tallies();
        bool held;
        using (var calls = new ApplianceCalls(new Uri(fixture.Grpc)))
        {
            var tokens = await SigningLoad.LoginAsync(fixture, calls);
            var activations = await SigningLoad.AuthorizeAsync(algorithm, 0, fixture, calls, tokens);
            held = name == "lanes"
                ? await LanesAsync(algorithm.Name, activations, fixture, tokens, tallies, quick)
                : await OverloadAsync(
                    algorithm.Name,
                    Number(args[3]),
                    Number(args[4]),
                    Number(args[5]),
                    Number(args[6]),
                    activations,
                    fixture,
                    tokens,
                    tallies,
                    quick);
        }

        var agreed = await AgreementCheck.RunAsync(
            fixture, tallies, Path.Combine(directory, "store.db"), withFailures: true);
        return held ? agreed : 1;
    }

    /// <summary>
    /// The peak in a closed loop, so many times as much in an open one (the first two seconds do not count), then half
    /// of it. No bound on the time that refusals take, given as 0, is for a token that is the processor.
    /// </summary>
    private static async Task<bool> OverloadAsync(
        string algorithm,
        double times,
        double floor,
        double recoverWithin,
        double refusalBound,
        List<Activation> activations,
        Fixture fixture,
        string[] tokens,
        Tallies tallies,
        bool quick)
    {
        var closed = new RatioCase("unary", 1, 2, 64);
        await SigningLoad.DriveAsync(closed, activations, fixture, tokens, tallies, Seconds(quick ? 2 : 5));
        var peak = await SigningLoad.DriveAsync(
            closed, activations, fixture, tokens, tallies, Seconds(quick ? 3 : 10));
        var overload = Seconds(quick ? 8 : 60);
        OpenPhase[] phases =
        [
            new(peak.Appliance * times, Seconds(2)),
            new(peak.Appliance * times, overload),
            new(peak.Appliance / 2, Seconds(5)),
        ];
        var memory = new ServerMemory(fixture.ProcessId);
        var cpu = SigningLoad.ProcessorTime(fixture.ProcessId);
        var (results, recoveryBegan) = await OpenLoad.RunAsync(
            phases, s_slow, activations, fixture, tokens, tallies);
        var used = SigningLoad.ProcessorTime(fixture.ProcessId) - cpu;
        await memory.DisposeAsync();
        var (over, after) = (results[1], results[2]);
        var goodput = over.InTime / overload.TotalSeconds;
        var refusedP99 = over.Refused.Quantile(0.99) / Millisecond;
        var recovery = Math.Max(0, (after.LastBad - recoveryBegan) / (1_000 * Millisecond));
        var growth = memory.Samples.Max() - memory.Samples[0];
        var held = goodput >= floor * peak.Appliance && over.Refused.Count > 0
            && (refusalBound == 0 || refusedP99 < refusalBound)
            && recovery <= recoverWithin && growth <= MostGrowth;
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            @case = "overload",
            algorithm,
            peak = Math.Round(peak.Appliance),
            offered = Math.Round(phases[0].Rate),
            seconds = overload.TotalSeconds,
            goodput = Math.Round(goodput),
            ratio = Math.Round(goodput / peak.Appliance, 3),
            floor,
            signed = Milliseconds(over.Signed),
            refusals = over.Refused.Count,
            refused = Milliseconds(over.Refused),
            sentLate = Milliseconds(over.Lag),
            refusalBoundMs = refusalBound,
            recoverySeconds = Math.Round(recovery, 3),
            recoverWithin,
            after = Milliseconds(after.Signed),
            residentMb = memory.Samples[0],
            growthMb = growth,
            serverCpu = Math.Round(used / (overload + Seconds(7)), 2),
            held,
        }));
        return held;
    }

    /// <summary>Interactive calls at a fifth of the peak, without and with a saturated bulk lane, by turns.</summary>
    private static async Task<bool> LanesAsync(
        string algorithm,
        List<Activation> activations,
        Fixture fixture,
        string[] tokens,
        Tallies tallies,
        bool quick)
    {
        var half = activations.Count / 2;
        var (interactive, bulk) = (activations[..half], activations[half..]);
        var batches = new RatioCase("batch", 100, 2, 8);
        var round = Seconds(quick ? 3 : 10);
        var peak = await SigningLoad.DriveAsync(batches, bulk, fixture, tokens, tallies, round);
        OpenPhase[] phases = [new(peak.Appliance / 5, round)];
        var (alone, beside) = (new LatencyHistogram(), new LatencyHistogram());
        var (bulkRate, refused) = (0.0, 0L);
        for (var i = 0; i < 2; i++)
        {
            var without = await OpenLoad.RunAsync(phases, s_slow, interactive, fixture, tokens, tallies);
            var saturating = SigningLoad.DriveAsync(
                batches, bulk, fixture, tokens, tallies, round + Seconds(1));
            var own = new Tallies();
            var with = await OpenLoad.RunAsync(phases, s_slow, interactive, fixture, tokens, own);
            bulkRate = (await saturating).Appliance;
            tallies.Add(own);
            alone.Add(without.Phases[0].Signed);
            beside.Add(with.Phases[0].Signed);
            refused += with.Phases[0].Refused.Count + without.Phases[0].Refused.Count;
        }

        var ratio = (double)beside.Quantile(0.99) / alone.Quantile(0.99);
        var held = ratio <= LanesBound && refused == 0;
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            @case = "lanes",
            algorithm,
            interactive = Math.Round(phases[0].Rate),
            bulkAlone = Math.Round(peak.Appliance),
            bulk = Math.Round(bulkRate),
            alone = Milliseconds(alone),
            beside = Milliseconds(beside),
            ratio = Math.Round(ratio, 2),
            bound = LanesBound,
            refused,
            held,
        }));
        return held;
    }

    private static object Milliseconds(LatencyHistogram histogram) => new
    {
        p50 = Math.Round(histogram.Quantile(0.5) / Millisecond, 2),
        p90 = Math.Round(histogram.Quantile(0.9) / Millisecond, 2),
        p99 = Math.Round(histogram.Quantile(0.99) / Millisecond, 2),
        max = Math.Round(histogram.Max / Millisecond, 1),
    };

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
