namespace Appliance.Timestamping.Tests;

public sealed class ClockWatchSntpTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_radius = TimeSpan.FromMilliseconds(20);

    private readonly SetClocks _clocks = new();
    private readonly List<ClockEvent> _events = [];

    [Fact]
    public void Servers_that_agree_with_the_clock_make_a_unit_issue()
    {
        var (watch, guard) = Watch("a", "b", "c");
        watch.Check();
        Assert.False(guard.IsTrusted);

        Poll(watch);

        Assert.True(guard.IsTrusted);
        var status = watch.Sources.Single(source => source.Source == ClockSources.Sntp);
        Assert.Equal("3 of 3 servers agree", status.Text);
        Assert.Equal(s_radius, status.Bound);
    }

    [Fact]
    public void A_clock_that_is_off_by_more_than_the_accuracy_is_refused()
    {
        var (watch, guard) = Watch("a", "b", "c");
        foreach (var server in (string[])["a", "b", "c"])
        {
            _clocks.Servers[server] = (TimeSpan.FromMilliseconds(990), s_radius, default);
        }

        Poll(watch);

        Assert.False(guard.IsTrusted);
        Assert.Contains("may be off by 00:00:01.01", guard.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_lies_is_outvoted_and_named()
    {
        var (watch, guard) = Watch("a", "b", "c");
        _clocks.Servers["c"] = (TimeSpan.FromHours(1), s_radius, default);

        Poll(watch);

        Assert.True(guard.IsTrusted);
        var refused = Assert.Single(_events, entry => entry.Kind == ClockEventKind.ServerRefused);
        Assert.Equal(("c:123", TimeSpan.FromHours(1)), (refused.Subject, refused.Offset));
    }

    [Fact]
    public void Two_that_lie_alike_find_no_majority_against_a_quorum_of_three()
    {
        var (watch, guard) = Watch("a", "b", "c", "d");
        _clocks.Servers["c"] = (TimeSpan.FromHours(1), s_radius, default);
        _clocks.Servers["d"] = (TimeSpan.FromHours(1), s_radius, default);

        Poll(watch);

        Assert.False(guard.IsTrusted);
        Assert.Contains("2 of 4 servers agree, 3 must", guard.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Servers_that_do_not_answer_do_not_vote_and_are_named_once()
    {
        var (watch, guard) = Watch("a", "b", "c");
        _clocks.Servers.Remove("c");
        Poll(watch);
        Poll(watch);
        Assert.True(guard.IsTrusted);
        Assert.Equal("c:123", Assert.Single(_events, entry => entry.Kind == ClockEventKind.ServerRefused).Subject);

        _clocks.Servers.Remove("b");
        for (var i = 0; i < 4 * 64; i++)
        {
            _clocks.Advance(s_second);
            watch.Check();
        }

        Poll(watch);
        Assert.False(guard.IsTrusted);
        Assert.Contains("no quorum for long", guard.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_old_answer_bounds_less_and_then_nothing()
    {
        var (watch, guard) = Watch("a");
        Poll(watch);
        for (var i = 0; i < 100; i++)
        {
            _clocks.Advance(s_second);
            watch.Check();
        }

        var status = watch.Sources.Single(source => source.Source == ClockSources.Sntp);
        Assert.Equal(s_radius + TimeSpan.FromMilliseconds(10), status.Bound);
        for (var i = 0; i < 93; i++)
        {
            _clocks.Advance(s_second);
            watch.Check();
        }

        Assert.False(guard.IsTrusted);
    }

    [Fact]
    public void A_right_step_is_refused_until_the_servers_confirm_it_and_a_wrong_one_for_good()
    {
        var (watch, guard) = Watch("a", "b", "c");
        Poll(watch);

        _clocks.Step(TimeSpan.FromSeconds(5));
        Look(watch);
        Assert.False(guard.IsTrusted);
        Poll(watch);
        Assert.False(guard.IsTrusted);

        _clocks.Step(TimeSpan.FromSeconds(-5));
        Look(watch);
        Assert.True(guard.IsTrusted);

        // The machine was wrong by three seconds with everybody; now somebody corrects it.
        foreach (var server in _clocks.Servers.Keys.ToList())
        {
            _clocks.Servers[server] = (TimeSpan.FromSeconds(3), s_radius, default);
        }

        Poll(watch);
        Assert.False(guard.IsTrusted);
        _clocks.Step(TimeSpan.FromSeconds(3));
        Look(watch);
        Assert.False(guard.IsTrusted);
        Poll(watch);
        Assert.True(guard.IsTrusted);
        Assert.Contains(_events, entry => entry.Kind == ClockEventKind.Confirmed);
    }

    [Fact]
    public void A_slew_moves_the_servers_interval_with_it()
    {
        var (watch, guard) = Watch("a");
        Poll(watch);
        for (var i = 0; i < 100; i++)
        {
            _clocks.Advance(s_second, 400);
            watch.Check();
        }

        var status = watch.Sources.Single(source => source.Source == ClockSources.Sntp);
        Assert.Equal(20 + 10 + 40, status.Bound.TotalMilliseconds, 3);
        Assert.True(guard.IsTrusted);
    }

    private (ClockWatch Watch, ClockGuard Guard) Watch(params string[] servers)
    {
        foreach (var server in servers)
        {
            _clocks.Servers[server] = (TimeSpan.Zero, s_radius, default);
        }

        var watch = _clocks.Watch(
            new ClockWatchOptions { Servers = [.. servers.Select(name => new SntpServer(name))] }, _events.Add);
        return (watch, watch.Guard("unit", ClockSources.Sntp, s_second));
    }

    private void Look(ClockWatch watch)
    {
        _clocks.Advance(s_second);
        watch.Check();
    }

    /// <summary>The set servers answer at once.</summary>
    private static void Poll(ClockWatch watch)
        => Assert.True(watch.PollAsync(TestContext.Current.CancellationToken).IsCompletedSuccessfully);
}
