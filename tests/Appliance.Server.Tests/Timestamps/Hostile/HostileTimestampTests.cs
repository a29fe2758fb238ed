using System.Diagnostics;
using System.Globalization;
using Appliance.Ledger;

namespace Appliance.Server.Tests.Timestamps.Hostile;

/// <summary>
/// Damaged and random requests: each is told what is wrong and costs nothing. The short form is one of the tests;
/// load/fuzz.sh runs the long one, or one case again.
/// </summary>
public sealed class HostileTimestampTests(TsaAppliance tsa) : IClassFixture<TsaAppliance>
{
    private const int Quarters = 4;

    [Fact]
    public async Task Damaged_and_random_requests_are_refused_and_cost_neither_signature_nor_record()
    {
        var seed = Setting("TSA_FUZZ_SEED", 1);
        var cases = Setting("TSA_FUZZ_CASES", 4_000);
        var run = new HostileRun(tsa, seed, TestContext.Current.CancellationToken);
        var before = Cost();
        var watch = Stopwatch.StartNew();
        if (Setting("TSA_FUZZ_CASE", -1) is >= 0 and var one)
        {
            Say($"seed {seed}, case {one}");
            await run.RunAsync(one, one + 1);
        }
        else
        {
            Say($"seed {seed}, {cases} cases");
            for (var quarter = 0; quarter < Quarters; quarter++)
            {
                await run.RunAsync(
                    (int)((long)cases * quarter / Quarters), (int)((long)cases * (quarter + 1) / Quarters));
                Say($"quarter {quarter + 1}, {watch.Elapsed.TotalSeconds:F0} s: {run.Granted} good requests granted");
            }
        }

        foreach (var (outcome, count) in run.Outcomes.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            Say($"{count,8} {outcome}");
        }

        var after = Cost();
        Say($"signatures {after.Signatures - before.Signatures}, intents {after.Intents - before.Intents}, "
            + $"good requests granted {run.Granted}, failures {run.Failures.Count}");
        Assert.Empty(run.Failures);
        Assert.Equal(
            (run.Granted, (long)run.Granted),
            (after.Intents - before.Intents, after.Signatures - before.Signatures));
        Assert.Equal(0, tsa.Appliance.Wires.CallsInFlight);
    }

    /// <summary>What is on record before a key is used, and what keys were used for.</summary>
    private (int Intents, long Signatures) Cost() => (
        tsa.Appliance.Audit(AuditEvent.TimestampIntent, limit: 1000).Count,
        tsa.Appliance.Parts.Slots.Slots.Sum(slot => slot.Signatures));

    private static int Setting(string name, int otherwise)
        => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value)
            ? value
            : otherwise;

    private static void Say(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);
}
