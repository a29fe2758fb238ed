using Appliance.Timestamping.Clocks;

namespace Appliance.Timestamping.Tests.Clocks;

public sealed class LeapSecondTests
{
    private static readonly DateTimeOffset s_midnight = new(2026, 7, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);

    private readonly SetClocks _clocks = new();
    private readonly List<ClockEvent> _events = [];

    [Theory]
    [InlineData(LeapDirection.Insert)]
    [InlineData(LeapDirection.Delete)]
    public void Nothing_is_issued_around_a_leap_second_and_the_kernels_jump_is_no_step(object announced)
    {
        var direction = (LeapDirection)announced;
        var (watch, guard) = Watch(direction, s_midnight.AddSeconds(-10));
        Assert.True(guard.IsTrusted);
        Assert.Single(_events, entry => entry.Kind == ClockEventKind.LeapAnnounced);
        RunTo(watch, s_midnight.AddSeconds(-2.5));
        Assert.True(guard.IsTrusted);
        RunTo(watch, s_midnight.AddSeconds(-2));
        Assert.False(guard.IsTrusted);
        RunTo(watch, s_midnight.AddSeconds(direction == LeapDirection.Delete ? -1 : 0));

        _clocks.Step(TimeSpan.FromSeconds(direction == LeapDirection.Insert ? -1 : 1));
        Assert.False(guard.IsTrusted);
        watch.Check();
        Assert.Contains("leap second", guard.Text, StringComparison.Ordinal);
        RunTo(watch, s_midnight.AddSeconds(2));
        Assert.False(guard.IsTrusted);
        RunTo(watch, s_midnight.AddSeconds(2.5));

        Assert.True(guard.IsTrusted);
        Assert.Single(_events, entry => entry.Kind == ClockEventKind.LeapApplied);
        Assert.DoesNotContain(_events, entry => entry.Kind == ClockEventKind.Stepped);
    }

    [Fact]
    public void Between_two_looks_the_guard_keeps_away_by_itself()
    {
        var (_, guard) = Watch(LeapDirection.Insert, s_midnight.AddSeconds(-3));
        Assert.True(guard.IsTrusted);

        _clocks.Advance(TimeSpan.FromSeconds(1));

        Assert.False(guard.IsTrusted);
    }

    [Fact]
    public void The_same_jump_on_another_day_is_a_step()
    {
        var (watch, guard) = Watch(LeapDirection.None, s_midnight.AddSeconds(-1));
        _clocks.Advance(s_look);
        _clocks.Step(TimeSpan.FromSeconds(-1.1));
        watch.Check();

        Assert.False(guard.IsTrusted);
        Assert.Single(_events, entry => entry.Kind == ClockEventKind.Stepped);
    }

    [Fact]
    public void An_announcement_in_the_midst_of_a_month_is_kept_for_its_end()
    {
        var (watch, guard) = Watch(LeapDirection.Insert, new DateTimeOffset(2026, 6, 15, 23, 59, 58, TimeSpan.Zero));
        RunTo(watch, new DateTimeOffset(2026, 6, 16, 0, 0, 3, TimeSpan.Zero));

        Assert.True(guard.IsTrusted);
        Assert.DoesNotContain(_events, entry => entry.Kind == ClockEventKind.LeapAnnounced);
    }

    [Fact]
    public void A_jump_that_does_not_come_leaves_the_unit_to_its_servers()
    {
        _clocks.SetWall(s_midnight.AddSeconds(-10));
        _clocks.Servers["a"] = (TimeSpan.Zero, TimeSpan.FromMilliseconds(10), LeapDirection.Insert);
        var watch = _clocks.Watch(new ClockWatchOptions { Servers = [new SntpServer("a")] }, _events.Add);
        var guard = watch.Guard("unit", ClockSources.Sntp, TimeSpan.FromMilliseconds(500));
        Assert.True(watch.PollAsync(TestContext.Current.CancellationToken).IsCompletedSuccessfully);
        watch.Check();
        Assert.True(guard.IsTrusted);
        RunTo(watch, s_midnight.AddSeconds(3));

        // True time has fallen a second behind.
        _clocks.Servers["a"] = (TimeSpan.FromSeconds(-1), TimeSpan.FromMilliseconds(10), LeapDirection.None);
        Assert.True(watch.PollAsync(TestContext.Current.CancellationToken).IsCompletedSuccessfully);

        Assert.False(guard.IsTrusted);
    }

    [Theory]
    [InlineData(LeapDirection.Insert, 1)]
    [InlineData(LeapDirection.Delete, -1)]
    public void An_announced_second_that_the_clock_does_not_take_makes_it_wrong_by_one(object announced, int drift)
    {
        var (watch, guard) = Watch((LeapDirection)announced, s_midnight.AddSeconds(-10), ClockSources.Operator);
        RunTo(watch, s_midnight.AddSeconds(2.5));

        Assert.False(guard.IsTrusted);
        _clocks.Kernel = _clocks.Kernel!.Value with { Leap = LeapDirection.None };
        RunTo(watch, s_midnight.AddSeconds(61));
        Assert.False(guard.IsTrusted);
        Assert.Equal(drift, watch.Drift.TotalSeconds);
        Assert.Single(_events, entry => entry.Kind == ClockEventKind.AssertionVoided);
        watch.Assert(s_midnight.AddDays(1), "alice");
        Assert.True(guard.IsTrusted);
    }

    private (ClockWatch Watch, ClockGuard Guard) Watch(
        LeapDirection direction, DateTimeOffset start, ClockSources sources = ClockSources.Kernel)
    {
        _clocks.SetWall(start);
        _clocks.Kernel = new KernelClock(true, TimeSpan.FromMilliseconds(1), direction);
        var watch = _clocks.Watch(onEvent: _events.Add);
        var guard = watch.Guard("unit", sources, TimeSpan.FromSeconds(1));
        watch.Check();
        return (watch, guard);
    }

    private void RunTo(ClockWatch watch, DateTimeOffset time)
    {
        while (_clocks.GetUtcNow() < time)
        {
            _clocks.Advance(s_look);
            watch.Check();
        }
    }
}
