using Appliance.Server.Commands;
using Appliance.Server.Hosting.Slots;
using Appliance.Server.Tests.Hosting.Slots;

namespace Appliance.Server.Tests.SlotControl;

/// <summary>A slot whose token was absent at the start: it is shown, and looked for unless it is drained.</summary>
public sealed class AbsentSlotTests : IAsyncDisposable
{
    private readonly SeveralSlots _group = new();

    [Fact]
    public async Task It_is_shown_with_what_is_in_its_way_and_a_drained_one_is_left_alone()
    {
        await _group.PrepareAsync();
        SeveralSlots.TakeAway(_group.SecondPin);
        await _group.StartAsync();
        var desk = _group.Parts.Desk;

        var absent = SlotStatuses.Describe(desk.Report())[1];
        Assert.Equal(
            ("second", "absent", _group.SecondToken, false),
            (absent.Slot, absent.State, absent.Token, absent.Healthy));
        Assert.Contains(_group.SecondPin, absent.Obstacle, StringComparison.Ordinal);
        Assert.Null(absent.SerialNumber);

        var second = desk.Find("second")!;
        await desk.DrainAsync(second, default, TestContext.Current.CancellationToken);
        SeveralSlots.Restore(_group.SecondPin);
        var waited = await desk.WaitUntilIdleAsync(
            second, TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        Assert.True(Assert.Single(waited) is { IsIdle: true, Status: null });
        Assert.Contains("not looked for", SlotStatuses.Describe(desk.Report())[1].Obstacle, StringComparison.Ordinal);
        Assert.False(desk.IsOut);

        Assert.True(await desk.ResumeAsync(second, default, TestContext.Current.CancellationToken));
        var back = await desk.WaitUntilReadyAsync(
            second, SlotDesk.LongestWait, TestContext.Current.CancellationToken);
        Assert.True(Assert.Single(back).IsReady);
    }

    [Fact]
    public async Task A_node_whose_slots_are_all_drained_is_out_of_service()
    {
        await _group.PrepareAsync();
        await _group.StartAsync();
        var desk = _group.Parts.Desk;

        await desk.DrainAsync(desk.Find("token")!, default, TestContext.Current.CancellationToken);
        Assert.False(desk.IsOut);
        Assert.True(_group.Parts.Slots.IsServing);
        await desk.DrainAsync(desk.Find("second")!, default, TestContext.Current.CancellationToken);
        Assert.True(desk.IsOut);
        Assert.False(_group.Parts.Slots.IsServing);
        Assert.Equal(NodeService.Serving, desk.Node);

        await desk.ResumeNodeAsync(default, TestContext.Current.CancellationToken);
        var back = await desk.WaitUntilReadyAsync(null, SlotDesk.LongestWait, TestContext.Current.CancellationToken);
        Assert.All(back, slot => Assert.True(slot is { IsReady: true, IsDrained: false }));
    }

    public ValueTask DisposeAsync() => _group.DisposeAsync();
}
