using Appliance.Timestamping.Clocks;

namespace Appliance.Timestamping.Tests;

/// <summary>The paths on which a clock goes wrong, by clocks that the test sets.</summary>
public sealed class ClockDriftTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    private readonly SetClocks _clocks = new();
    private readonly List<ClockEvent> _events = [];

    [Theory]
    [InlineData(5_000)]
    [InlineData(-5_000)]
    [InlineData(60)]
    public void A_step_voids_an_operators_word_until_it_is_given_anew(int milliseconds)
    {
        var (watch, guard) = Watch(ClockSources.Operator);
        _clocks.Step(TimeSpan.FromMilliseconds(milliseconds));
        Look(watch);
        Assert.False(guard.IsTrusted);
        Assert.Contains("must assert it anew", watch.Sources[3].Text, StringComparison.Ordinal);
        Assert.Null(watch.AssertedUntil);

        // Who sets it back does not know either what time it is.
        _clocks.Step(TimeSpan.FromMilliseconds(-milliseconds));
        Look(watch, 100);
        Assert.False(guard.IsTrusted);

        watch.Assert(SetClocks.Beginning.AddDays(1), "alice");
        Assert.True(guard.IsTrusted);
        Assert.Equal(
            [ClockEventKind.Stepped, ClockEventKind.AssertionVoided, ClockEventKind.SourceLost,
                ClockEventKind.UnitSuspended, ClockEventKind.Stepped, ClockEventKind.Asserted,
                ClockEventKind.SourceTrusted, ClockEventKind.UnitResumed],
            _events.Skip(3).Select(entry => entry.Kind));
    }

    [Fact]
    public void Slews_within_the_accuracy_go_on_and_a_drift_beyond_it_voids_the_word()
    {
        var (watch, guard) = Watch(ClockSources.Operator);
        for (var i = 0; i < 20; i++)
        {
            Slew(watch, 500, 450);
            Slew(watch, 500, -450);
            Assert.True(guard.IsTrusted);
        }

        Slew(watch, 3_000, 500);
        Assert.False(guard.IsTrusted);
        Assert.InRange(watch.Drift, s_second, TimeSpan.FromSeconds(1.3));

        // Time alone does not make it right again.
        Slew(watch, 20_000, 0);
        Assert.Equal(TimeSpan.Zero, watch.Drift);
        Assert.False(guard.IsTrusted);
        Assert.Single(_events, entry => entry.Kind == ClockEventKind.AssertionVoided);
    }

    [Fact]
    public void A_quiet_day_does_not_pay_for_a_fast_hour()
    {
        var (watch, guard) = Watch(ClockSources.Wall);
        Slew(watch, 86_400, 0);
        Slew(watch, 3_600, 450);

        Assert.False(guard.IsTrusted);
    }

    [Fact]
    public void A_word_that_has_ended_does_not_come_back_with_the_clock()
    {
        var (watch, guard) = Watch(ClockSources.Operator, SetClocks.Beginning.AddSeconds(10));
        Look(watch, 11);
        Assert.False(guard.IsTrusted);
        Assert.Contains("the assertion ended at 2026-04-11 00:00:10Z", guard.Text, StringComparison.Ordinal);

        _clocks.Advance(s_second, -500_000);
        _clocks.Step(TimeSpan.FromSeconds(-0.04));
        _clocks.SetWall(SetClocks.Beginning);
        Look(watch);
        Assert.False(guard.IsTrusted);
    }

    [Fact]
    public void A_word_is_taken_back()
    {
        var (watch, guard) = Watch(ClockSources.Operator);
        watch.Withdraw("bob");

        Assert.False(guard.IsTrusted);
        Assert.Contains("bob has withdrawn", guard.Text, StringComparison.Ordinal);
        Assert.Equal("bob", Assert.Single(_events, entry => entry.Kind == ClockEventKind.Withdrawn).Subject);
    }

    [Fact]
    public void A_machine_that_slept_has_no_time_until_somebody_knows_it()
    {
        // The raw clock stands still while the machine sleeps; the wall clock is set from the hardware's at the end.
        var (watch, guard) = Watch(ClockSources.Sntp, servers: ["a", "b", "c"]);
        Poll(watch);
        Assert.True(guard.IsTrusted);
        var names = _clocks.Servers.Keys.ToList();

        _clocks.Step(TimeSpan.FromHours(3));
        Assert.False(guard.IsTrusted);
        Look(watch);
        Assert.False(guard.IsTrusted);
        names.ForEach(name => _clocks.Servers[name] = _clocks.Servers[name] with { Offset = TimeSpan.Zero });
        Look(watch, 4);
        Assert.False(guard.IsTrusted);
        Poll(watch);
        Assert.True(guard.IsTrusted);
        Assert.Equal(
            TimeSpan.FromHours(3).TotalSeconds,
            Assert.Single(_events, entry => entry.Kind == ClockEventKind.Confirmed).Offset.TotalSeconds,
            0);
    }

    [Fact]
    public void A_watch_that_was_away_says_so()
    {
        var (watch, guard) = Watch(ClockSources.Operator);
        _clocks.Advance(TimeSpan.FromSeconds(30));
        Assert.False(guard.IsTrusted);
        Look(watch);

        Assert.True(guard.IsTrusted);
        Assert.Equal(
            31, Assert.Single(_events, entry => entry.Kind == ClockEventKind.LooksMissed).Offset.TotalSeconds, 3);
    }

    [Fact]
    public void Servers_that_contradict_each_other_are_no_quorum_and_what_was_known_fades()
    {
        var (watch, guard) = Watch(ClockSources.Sntp, servers: ["a", "b", "c"]);
        Poll(watch);
        _clocks.Servers["b"] = _clocks.Servers["b"] with { Offset = TimeSpan.FromSeconds(20) };
        _clocks.Servers["c"] = _clocks.Servers["c"] with { Offset = TimeSpan.FromSeconds(-20) };
        Poll(watch);
        Assert.True(guard.IsTrusted);

        Look(watch, 193);
        Assert.False(guard.IsTrusted);
        Assert.Contains("1 of 3 servers agree, 2 must", guard.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_quorum_of_half_is_no_quorum()
    {
        SntpServer[] servers = [new("a"), new("b"), new("c"), new("d")];
        Assert.NotEmpty(new ClockWatchOptions { Servers = servers, Quorum = 2 }.FindErrors());
        Assert.Empty(new ClockWatchOptions { Servers = servers, Quorum = 3 }.FindErrors());
        Assert.Equal(3, new ClockWatchOptions { Servers = servers }.EffectiveQuorum);
    }

    [Fact]
    public void That_servers_were_not_asked_yet_is_no_news_at_a_start()
    {
        var (watch, guard) = Watch(ClockSources.Sntp, servers: ["a"]);
        Look(watch, 3);
        Assert.False(guard.IsTrusted);
        Poll(watch);

        Assert.True(guard.IsTrusted);
        Assert.Single(_events, entry => entry.Kind == ClockEventKind.UnitResumed);
        Assert.DoesNotContain(_events, entry => entry.Kind == ClockEventKind.UnitSuspended);
    }

    [Fact]
    public void The_servers_last_words_are_told()
    {
        var (watch, _) = Watch(ClockSources.Sntp, servers: ["a", "b", "c", "d", "e"]);
        _clocks.Servers["c"] = (TimeSpan.FromHours(1), TimeSpan.FromMilliseconds(20), default);
        _clocks.Servers.Remove("d");
        Assert.All(watch.Servers, server => Assert.Equal((false, null), (server.IsUsable, server.Offset)));
        Poll(watch);

        Assert.Equal(
            [
                ("a:123", true, TimeSpan.Zero, "agrees"),
                ("b:123", true, TimeSpan.Zero, "agrees"),
                ("c:123", false, TimeSpan.FromHours(1), "contradicts the others"),
                ("d:123", false, (TimeSpan?)null, "no answer in time"),
                ("e:123", true, TimeSpan.Zero, "agrees"),
            ],
            watch.Servers.Select(server => (server.Server.ToString(), server.IsUsable, server.Offset, server.Text)));
        _clocks.Servers.Remove("e");
        Poll(watch);
        Assert.Equal(
            ["no quorum", "no quorum", "no quorum", "no answer in time", "no answer in time"],
            watch.Servers.Select(server => server.Text),
            StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("RATE", 4 * 64)]
    [InlineData("DENY", 3_600)]
    [InlineData("RSTR", 3_600)]
    [InlineData("INIT", 0)]
    public void A_server_that_wants_fewer_questions_is_left_alone(string kiss, int seconds)
    {
        var asked = 0;
        var watch = new ClockWatch(
            new ClockWatchOptions { Servers = [new SntpServer("a")] },
            _clocks,
            logger: null,
            _events.Add,
            new ClockReaders(_clocks.Raw, () => null, (_, _) =>
            {
                asked++;
                return ValueTask.FromResult(new SntpSample($"kiss-o'-death {kiss}") { Kiss = kiss });
            }));
        Poll(watch);
        if (seconds > 0)
        {
            _clocks.Advance(TimeSpan.FromSeconds(seconds - 1));
            Poll(watch);
            Assert.Equal(1, asked);
            Assert.Equal($"kiss-o'-death {kiss}", Assert.Single(watch.Servers).Text);
            _clocks.Advance(s_second);
        }

        Poll(watch);
        Assert.Equal(2, asked);
        Assert.Single(_events, entry => entry.Kind == ClockEventKind.ServerRefused);
    }

    [Fact]
    public void A_thread_that_lost_its_core_while_reading_has_seen_no_step()
    {
        // Each reading of the pair takes 400 ms now: what was read may be off by half of that, and is not believed.
        var pause = 0L;
        var reads = 0;
        var watch = new ClockWatch(
            new ClockWatchOptions { AssertedUntil = SetClocks.Beginning.AddDays(1) },
            _clocks,
            logger: null,
            _events.Add,
            new ClockReaders(
                () =>
                {
                    _clocks.Advance(TimeSpan.FromTicks(reads++ % 2 == 0 ? 0 : pause));
                    return _clocks.Raw();
                },
                () => null,
                (_, _) => throw new InvalidOperationException()));
        var guard = watch.Guard("unit", ClockSources.Operator, s_second);
        watch.Check();
        pause = TimeSpan.FromMilliseconds(400).Ticks;
        watch.Check();
        pause = 0;
        watch.Check();

        Assert.True(guard.IsTrusted);
        Assert.DoesNotContain(_events, entry => entry.Kind == ClockEventKind.Stepped);
    }

    [Fact]
    public void Events_are_told_one_after_the_other()
    {
        var inside = 0;
        var most = 0;
        var watch = _clocks.Watch(onEvent: _ =>
        {
            most = Math.Max(most, Interlocked.Increment(ref inside));
            Thread.Yield();
            Interlocked.Decrement(ref inside);
        });
        watch.Guard("unit", ClockSources.Operator, s_second);
        Parallel.For(0, 1_000, i => watch.Assert(SetClocks.Beginning.AddDays(i % 3 - 1), "alice"));

        Assert.Equal(1, most);
        Assert.Equal(watch.Events[^1].Kind is ClockEventKind.UnitResumed, watch.AssertedUntil is not null);
    }

    private (ClockWatch Watch, ClockGuard Guard) Watch(
        ClockSources sources, DateTimeOffset? until = null, string[]? servers = null)
    {
        foreach (var server in servers ?? [])
        {
            _clocks.Servers[server] = (TimeSpan.Zero, TimeSpan.FromMilliseconds(20), default);
        }

        var watch = _clocks.Watch(
            new ClockWatchOptions
            {
                AssertedUntil = until ?? SetClocks.Beginning.AddYears(1),
                Servers = [.. (servers ?? []).Select(name => new SntpServer(name))],
            },
            _events.Add);
        _clocks.Kernel = null;
        var guard = watch.Guard("unit", sources, s_second);
        watch.Check();
        return (watch, guard);
    }

    private void Look(ClockWatch watch, int seconds = 1) => Slew(watch, seconds, 0);

    private void Slew(ClockWatch watch, int seconds, int ppm)
    {
        for (var i = 0; i < seconds; i++)
        {
            _clocks.Advance(s_second, ppm);
            watch.Check();
        }
    }

    /// <summary>The set servers answer at once.</summary>
    private static void Poll(ClockWatch watch)
        => Assert.True(watch.PollAsync(TestContext.Current.CancellationToken).IsCompletedSuccessfully);
}
