using Appliance.Crash.Tests.Drills;
using Appliance.Crash.Tests.Stores;

namespace Appliance.Crash.Tests;

/// <summary>The drills themselves: a store that forgets what was reserved or recorded must fail them.</summary>
public sealed class DrillTests
{
    private const int FewKills = 6;

    [Fact]
    public async Task A_store_that_forgets_reservations_is_found_out_by_the_witness()
    {
        using var store = new ForgetfulSqlite();
        using var drill = new KillDrill(store, FewKills);
        var failure = await Record.ExceptionAsync(() => drill.RunAsync(TestContext.Current.CancellationToken));
        drill.ForgetFailure();
        Assert.Contains("was signed 2 times and authorised 1 times", failure?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_loses_intents_of_time_stamps_is_found_out_by_clients_and_witness()
    {
        using var store = new LossySqlite();
        using var drill = new StampDrill(store, FewKills);
        var failure = await Record.ExceptionAsync(() => drill.RunAsync(TestContext.Current.CancellationToken));
        drill.ForgetFailure();
        Assert.Contains("the token was asked", failure?.Message, StringComparison.Ordinal);
        Assert.Contains("the audit trail has no intent of it", failure?.Message, StringComparison.Ordinal);
    }
}
