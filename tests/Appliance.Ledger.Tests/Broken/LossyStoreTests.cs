using Appliance.Ledger.Tests.Drills;

namespace Appliance.Ledger.Tests.Broken;

/// <summary>
/// The drills of the contract must find a store that is broken; else they prove nothing of the others.
/// </summary>
public sealed class LossyStoreTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task The_release_drill_finds_the_loss_of_one_release_in_a_thousand(int scal)
    {
        await using var ledger = await LedgerFixture.StartAsync(new LossyTestStore(every: 1_000));

        var faults = await ReleaseDrill.RunAsync(ledger, scal);

        Assert.Contains(faults, fault => fault.StartsWith("everything was given back", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_model_drill_finds_the_loss_of_one_release_in_ten()
    {
        await using var ledger = await LedgerFixture.StartAsync(new LossyTestStore(every: 10));

        var faults = await new ModelDrill(ledger, seed: 1).RunAsync(800);

        Assert.Contains(faults, fault => fault.Contains("the model says", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_store_that_loses_none_passes_both()
    {
        await using var random = await LedgerFixture.StartAsync(new LossyTestStore(every: int.MaxValue));
        await using var release = await LedgerFixture.StartAsync(new LossyTestStore(every: int.MaxValue));

        Assert.Empty(await new ModelDrill(random, seed: 1).RunAsync(800));
        Assert.Empty(await ReleaseDrill.RunAsync(release, scal: 2));
    }
}
