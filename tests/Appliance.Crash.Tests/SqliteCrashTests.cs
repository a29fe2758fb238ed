using Appliance.Crash.Tests.Drills;
using Appliance.Crash.Tests.Stores;

namespace Appliance.Crash.Tests;

/// <summary>
/// kill -9 loses nothing that a client was told, and signs nothing twice. The short form is one of the tests;
/// load/crash.sh runs the long one.
/// </summary>
public sealed class SqliteCrashTests
{
    private const int FewKills = 12;

    [Fact]
    public async Task A_killed_server_signs_nothing_twice_and_loses_nothing_that_was_answered()
    {
        using var store = new SqliteUnderTest();
        using var drill = new KillDrill(store, DrillSettings.KillsOr(FewKills));
        await drill.RunAsync(TestContext.Current.CancellationToken);
    }
}
