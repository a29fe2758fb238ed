using Appliance.Crash.Tests.Drills;
using Appliance.Crash.Tests.Stores;

namespace Appliance.Crash.Tests;

/// <summary>
/// kill -9 leaves no time stamp with a client that the audit trail does not know. The short form is one of the tests;
/// load/crash.sh --stamps runs the long one.
/// </summary>
public sealed class PostgresStampCrashTests
{
    private const int FewKills = 4;

    [Fact]
    public async Task Every_time_stamp_that_was_answered_is_in_the_trail_of_a_killed_server()
    {
        using var store = new PostgresUnderTest();
        using var drill = new StampDrill(store, DrillSettings.KillsOr(FewKills));
        await drill.RunAsync(TestContext.Current.CancellationToken);
    }
}
