using System.Diagnostics;
using System.Globalization;
using Appliance.Grpc.Tests.Robustness.Runs;

namespace Appliance.Grpc.Tests.Robustness;

/// <summary>
/// Damaged requests: always a proper status or a reset, never a crash, a hang or a leak. The short form is one of the
/// tests; load/fuzz.sh runs the long one, or one case again.
/// </summary>
public sealed class FuzzTests
{
    private const int Quarters = 4;
    private const int MostMeasures = 100;

    /// <summary>
    /// From this number on, memory has settled in the first quarter. Before, code is compiled and pools fill.
    /// </summary>
    private const int LongRun = 100_000;

    private const double MostGrowth = 1.05;

    /// <summary>Bytes of small objects: of a short run a few hundred for each case, of a long one a dozen.</summary>
    private const int MostGrowthOfSmall = 2_000_000;

    /// <summary>Files whose connections are being closed at the moment of a measure.</summary>
    private const int FewFiles = 10;

    [Fact]
    public async Task Damaged_requests_end_with_a_status_or_a_reset_and_leave_nothing_behind()
    {
        var seed = Setting("GRPC_FUZZ_SEED", 1);
        var cases = Setting("GRPC_FUZZ_CASES", 4_000);
        using var server = await ServerProcess.StartAsync();
        var run = new FuzzRun(server.Port, seed, TestContext.Current.CancellationToken);
        var measures = new List<Measure>();
        var watch = Stopwatch.StartNew();
        if (Setting("GRPC_FUZZ_CASE", -1) is >= 0 and var one)
        {
            Say($"seed {seed}, case {one}");
            await run.RunAsync(one, one + 1);
            measures.Add(await MeasureAsync(server));
        }
        else
        {
            Say($"seed {seed}, {cases} cases");
            for (var quarter = 0; quarter < Quarters; quarter++)
            {
                await run.RunAsync((long)cases * quarter / Quarters, (long)cases * (quarter + 1) / Quarters);
                measures.Add(await MeasureAsync(server));
                Say($"quarter {quarter + 1}, {watch.Elapsed.TotalSeconds:F0} s: {measures[^1]}");
            }
        }

        Report(run);
        var (code, errors) = await server.EndAsync();
        Assert.Empty(run.Failures);
        Assert.Equal("", errors);
        Assert.Equal(0, code);
        Assert.All(measures, measure => Assert.True(measure.IsQuiet, measure.ToString()));
        Assert.InRange(measures[^1].Files, 0, measures[0].Files + FewFiles);
        Assert.InRange(measures[^1].Small, 0, measures[0].Small + MostGrowthOfSmall);
        if (cases >= LongRun)
        {
            Assert.InRange(measures[^1].Resident, 0, measures[0].Resident * MostGrowth);
        }
    }

    /// <summary>
    /// CVE-2023-44487. When streams are reset faster than Kestrel clears them out, it ends the connection and says so
    /// as a critical event (60). In some of a thousand such connections Kestrel 10.0 then loses its own task (event 23,
    /// after a collection): nothing but the count of connections stays behind.
    /// </summary>
    [Fact]
    public async Task A_flood_of_resets_ends_its_connection_and_no_other()
    {
        const int Floods = 200;
        using var server = await ServerProcess.StartAsync();
        var run = new FuzzRun(server.Port, 1, TestContext.Current.CancellationToken);
        await run.RunResetFloodsAsync(Floods);
        var measure = await MeasureAsync(server);
        Say(measure.ToString());
        Report(run);
        var (code, errors) = await server.EndAsync();
        Assert.Empty(run.Failures);
        Assert.Equal(0, code);
        Assert.Equal(0, measure.Requests);
        Assert.Equal(0, measure.Streams);
        Assert.InRange(measure.Connections, 0, Floods / 10);
        Assert.All(
            errors.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            line => Assert.Matches(@"^Critical Microsoft\.AspNetCore\.Server\.Kestrel(\.Http2 60| 23) ", line));
    }

    /// <summary>The server ends what its clients have left; the measure when it has, or when it does not.</summary>
    private static async Task<Measure> MeasureAsync(ServerProcess server)
    {
        var measure = await server.MeasureAsync();
        for (var i = 1; i < MostMeasures && !measure.IsQuiet; i++)
        {
            measure = await server.MeasureAsync();
        }

        return measure;
    }

    private static void Report(FuzzRun run)
    {
        foreach (var (kind, count) in run.Outcomes.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            Say($"{count,8} {kind}");
        }

        foreach (var failure in run.Failures)
        {
            Say(failure);
        }
    }

    private static int Setting(string name, int otherwise)
        => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value)
            ? value
            : otherwise;

    private static void Say(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);
}
