using System.Globalization;
using Appliance.Crash.Tests.Drills;
using Appliance.Crash.Tests.Evidence;
using Appliance.Crash.Tests.Stores;

namespace Appliance.Crash.Tests;

/// <summary>
/// kill -9 loses nothing that a client was told, and signs nothing twice. The short form is one of the tests;
/// load/crash.sh runs the long one.
/// </summary>
public sealed class CrashTests
{
    private const int FewKills = 12;

    /// <summary>From this many kills on, each phase must be hit five times.</summary>
    private const int ManyKills = 50;

    [Fact]
    public async Task A_killed_server_signs_nothing_twice_and_loses_no_signature_that_was_answered_on_sqlite()
    {
        using var store = new SqliteUnderTest();
        await RunAsync(store);
    }

    private static async Task RunAsync(StoreUnderTest store)
    {
        var seed = Setting("CRASH_SEED", 1);
        var kills = Setting("CRASH_KILLS", FewKills);
        Say($"seed {seed}, {kills} kills");
        using var drill = new KillDrill(store, seed, kills, Say);
        await drill.RunAsync(TestContext.Current.CancellationToken);
        var least = kills >= ManyKills ? 5 : 1;
        Assert.All(
            [Phase.BeforeReservation, Phase.BeforeSign, Phase.BeforeOutcome],
            phase => Assert.True(
                drill.HitsOf(phase) >= least, $"seed {seed}: {drill.HitsOf(phase)} kills hit {phase}, {least} must"));
    }

    private static int Setting(string name, int otherwise)
        => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value)
            ? value
            : otherwise;

    private static void Say(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);
}
