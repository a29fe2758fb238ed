using Appliance.Crash.Tests.Drills;
using Appliance.Crash.Tests.Stores;

namespace Appliance.Crash.Tests;

/// <summary>The drill itself: a store that forgets what was reserved must fail it.</summary>
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
}
