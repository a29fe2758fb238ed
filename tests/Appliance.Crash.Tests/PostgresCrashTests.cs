using Appliance.Crash.Tests.Drills;
using Appliance.Crash.Tests.Stores;

namespace Appliance.Crash.Tests;

/// <summary>
/// As over SQLite; and PostgreSQL itself goes away, and a node sleeps past its lease. Short forms; load/crash.sh runs
/// the long one.
/// </summary>
public sealed class PostgresCrashTests
{
    private const int FewKills = 8;

    [Fact]
    public async Task A_killed_server_signs_nothing_twice_and_loses_nothing_that_was_answered()
    {
        using var store = new PostgresUnderTest();
        using var drill = new KillDrill(store, DrillSettings.KillsOr(FewKills));
        await drill.RunAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Calls_go_on_by_themselves_when_the_database_was_stopped_killed_or_paused()
    {
        using var store = new PostgresUnderTest();
        using var drill = new OutageDrill(store);
        await drill.RunAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_node_that_slept_past_its_lease_signs_nothing_twice_and_calls_go_on_at_another()
    {
        using var store = new PostgresUnderTest();
        using var drill = new PauseDrill(store);
        await drill.RunAsync(TestContext.Current.CancellationToken);
    }
}
