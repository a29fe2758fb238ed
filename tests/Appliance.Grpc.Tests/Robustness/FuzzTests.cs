using System.Diagnostics;
using System.Globalization;
using Appliance.Grpc.Tests.Robustness.Runs;

namespace Appliance.Grpc.Tests.Robustness;

/// <summary>
/// Damaged requests: always a proper status or a reset, never a crash, a hang or a leak. The short form is one of the
/// tests; tests/interop/grpc-fuzz.sh runs the long one, or one case again.
/// </summary>
public sealed class FuzzTests
{
    private const int Quarters = 4;
    private const int MostMeasures = 100;

    /// <summary>Kestrel's own defence against floods of PING and the like; it logs it as critical.</summary>
    private const string QueueFull = "Kestrel.Http2 60 ";

    /// <summary>From this number on, memory has settled, and may not grow by more than 5 %.</summary>
    private const int LongRun = 100_000;

    [Fact]
    public async Task Damaged_requests_end_with_a_status_or_a_reset_and_leave_nothing_behind()
    {
        var seed = Setting("GRPC_FUZZ_SEED", 1);
        var cases = Setting("GRPC_FUZZ_CASES", 4_000);
        using var server = await ServerProcess.StartAsync();
        var run = new FuzzRun(server.Port, seed, TestContext.Current.CancellationToken);
        Say($"seed {seed}, {cases} cases");
        var watch = Stopwatch.StartNew();
        var measures = new List<Measure>();
        if (Setting("GRPC_FUZZ_CASE", -1) is >= 0 and var one)
        {
            await run.RunAsync(one, one + 1);
            measures.Add(await QuietAsync(server));
        }
        else
        {
            for (var quarter = 0; quarter < Quarters; quarter++)
            {
                await run.RunAsync((long)cases * quarter / Quarters, (long)cases * (quarter + 1) / Quarters);
                measures.Add(await QuietAsync(server));
                Say($"quarter {quarter + 1}, {watch.Elapsed.TotalSeconds:F0} s: {measures[^1]}");
            }
        }

        foreach (var (kind, count) in run.Outcomes.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            Say($"{count,8} {kind}");
        }

        foreach (var failure in run.Failures)
        {
            Say(failure);
        }

        var (code, errors) = await server.EndAsync();
        var own = errors.Split('\n').Count(line => line.Contains(QueueFull, StringComparison.Ordinal));
        Say($"{own,8} times Kestrel ended a connection whose output filled its queue");
        Assert.Empty(run.Failures);
        Assert.DoesNotContain(
            errors.Split('\n'), line => line.Length > 0 && !line.Contains(QueueFull, StringComparison.Ordinal));
        Assert.Equal(0, code);
        Assert.All(measures, measure => Assert.True(measure.IsQuiet, measure.ToString()));
        if (cases >= LongRun)
        {
            Assert.InRange(measures[^1].Resident, 0, measures[0].Resident * 1.05);
        }
    }

    /// <summary>The server ends what its clients have left; the measure when it has.</summary>
    private static async Task<Measure> QuietAsync(ServerProcess server)
    {
        var measure = await server.MeasureAsync();
        for (var i = 1; i < MostMeasures && !measure.IsQuiet; i++)
        {
            measure = await server.MeasureAsync();
        }

        return measure;
    }

    private static int Setting(string name, int otherwise)
        => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value)
            ? value
            : otherwise;

    private static void Say(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);
}
