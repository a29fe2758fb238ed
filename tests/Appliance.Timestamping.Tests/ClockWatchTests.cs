using Appliance.Timestamping.Clocks;

namespace Appliance.Timestamping.Tests;

public sealed class ClockWatchTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    private readonly SetClocks _clocks = new();
    private readonly List<ClockEvent> _events = [];

    [Fact]
    public void A_unit_has_no_time_before_the_first_look_and_none_when_the_watch_stops_looking()
    {
        var watch = _clocks.Watch();
        var guard = watch.Guard("unit", ClockSources.Operator, s_second);
        Assert.False(guard.IsTrusted);

        watch.Check();
        Assert.True(guard.IsTrusted);
        _clocks.Advance(TimeSpan.FromSeconds(5));
        Assert.True(guard.IsTrusted);
        _clocks.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(guard.IsTrusted);
        watch.Check();
        Assert.True(guard.IsTrusted);
    }

    [Theory]
    [InlineData(1001)]
    [InlineData(-1001)]
    [InlineData(86_400_000)]
    public void A_step_beyond_the_accuracy_is_refused_before_and_after_the_next_look(int milliseconds)
    {
        var watch = _clocks.Watch(onEvent: _events.Add);
        var guard = watch.Guard("unit", ClockSources.Wall, s_second);
        watch.Check();

        _clocks.Step(TimeSpan.FromMilliseconds(milliseconds));
        Assert.False(guard.IsTrusted);
        Look(watch);
        Assert.False(guard.IsTrusted);
        for (var i = 0; i < 100; i++)
        {
            Look(watch);
        }

        Assert.False(guard.IsTrusted);
        Assert.Equal(milliseconds, Assert.Single(_events, Is(ClockEventKind.Stepped)).Offset.TotalMilliseconds, 3);
        Assert.Equal("unit", Assert.Single(_events, Is(ClockEventKind.UnitSuspended)).Subject);
        Assert.Contains("may be off", guard.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_within_the_accuracy_is_noted_and_several_add_up()
    {
        var watch = _clocks.Watch(onEvent: _events.Add);
        var guard = watch.Guard("unit", ClockSources.Wall, s_second);
        var strict = watch.Guard("strict", ClockSources.Wall, TimeSpan.FromMilliseconds(100));
        watch.Check();

        _clocks.Step(TimeSpan.FromMilliseconds(400));
        Look(watch);
        Assert.True(guard.IsTrusted);
        Assert.False(strict.IsTrusted);
        _clocks.Step(TimeSpan.FromMilliseconds(400));
        Look(watch);
        Assert.True(guard.IsTrusted);
        _clocks.Step(TimeSpan.FromMilliseconds(400));
        Assert.False(guard.IsTrusted);
        Look(watch);
        Assert.False(guard.IsTrusted);
        Assert.Equal(3, _events.Count(entry => entry.Kind == ClockEventKind.Stepped));
    }

    [Fact]
    public void A_step_back_to_where_it_was_is_forgiven()
    {
        var watch = _clocks.Watch(onEvent: _events.Add);
        var guard = watch.Guard("unit", ClockSources.Wall, s_second);
        watch.Check();
        _clocks.Step(TimeSpan.FromHours(1));
        Look(watch);
        Assert.False(guard.IsTrusted);

        _clocks.Step(TimeSpan.FromHours(-1));
        Look(watch);

        Assert.True(guard.IsTrusted);
        Assert.Equal(2, _events.Count(entry => entry.Kind == ClockEventKind.UnitResumed));
    }

    [Fact]
    public void A_slew_that_no_oscillator_explains_adds_up_to_the_accuracy()
    {
        var watch = _clocks.Watch();
        var guard = watch.Guard("unit", ClockSources.Wall, s_second);
        watch.Check();

        // 500 ppm, of which 100 are the oscillator's: a second in 2,500 s.
        Slew(watch, seconds: 2_400, ppm: 500);
        Assert.True(guard.IsTrusted);
        Slew(watch, seconds: 200, ppm: 500);
        Assert.False(guard.IsTrusted);
    }

    [Fact]
    public void A_slew_that_the_oscillator_explains_never_does()
    {
        var watch = _clocks.Watch();
        var guard = watch.Guard("unit", ClockSources.Wall, TimeSpan.FromMilliseconds(10));
        watch.Check();

        Slew(watch, seconds: 100_000, ppm: 90);

        Assert.True(guard.IsTrusted);
    }

    [Fact]
    public void The_kernel_is_believed_while_it_is_synchronised_and_its_error_within_the_accuracy()
    {
        var watch = _clocks.Watch();
        var guard = watch.Guard("unit", ClockSources.Kernel, s_second);
        Check(watch, guard, _clocks.Kernel!.Value, true);
        Check(watch, guard, new KernelClock(false, TimeSpan.Zero, default), false);
        Check(watch, guard, new KernelClock(true, TimeSpan.FromMilliseconds(999), default), true);
        Check(watch, guard, new KernelClock(true, TimeSpan.FromMilliseconds(1001), default), false);
        Check(watch, guard, null, false);
        Assert.Contains("adjtimex", guard.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_kernel_leaves_of_the_accuracy_is_the_room_for_steps()
    {
        _clocks.Kernel = new KernelClock(true, TimeSpan.FromMilliseconds(800), default);
        var watch = _clocks.Watch();
        var guard = watch.Guard("unit", ClockSources.Kernel, s_second);
        watch.Check();
        _clocks.Step(TimeSpan.FromMilliseconds(190));
        Assert.True(guard.IsTrusted);
        _clocks.Step(TimeSpan.FromMilliseconds(20));
        Assert.False(guard.IsTrusted);
    }

    [Fact]
    public void An_operators_word_ends()
    {
        var watch = _clocks.Watch(new ClockWatchOptions { AssertedUntil = SetClocks.Beginning.AddSeconds(3) });
        var guard = watch.Guard("unit", ClockSources.Operator, s_second);
        watch.Check();
        Assert.True(guard.IsTrusted);
        Look(watch);
        Look(watch);
        Assert.True(guard.IsTrusted);
        Look(watch);
        Assert.False(guard.IsTrusted);

        watch.Assert(SetClocks.Beginning.AddDays(1), "alice");
        Assert.True(guard.IsTrusted);
        Assert.Equal("alice", watch.Events.Single(entry => entry.Kind == ClockEventKind.Asserted).Subject);
        watch.Assert(SetClocks.Beginning, "alice");
        Assert.False(guard.IsTrusted);
    }

    [Fact]
    public void An_operator_settles_a_step()
    {
        var watch = _clocks.Watch();
        var guard = watch.Guard("unit", ClockSources.Operator, s_second);
        watch.Check();
        _clocks.Step(TimeSpan.FromMinutes(1));
        Look(watch);
        Assert.False(guard.IsTrusted);

        watch.Assert(SetClocks.Beginning.AddDays(1), "alice");

        Assert.True(guard.IsTrusted);
    }

    [Fact]
    public void Nobody_else_settles_for_a_source_that_is_required()
    {
        var watch = _clocks.Watch();
        var guard = watch.Guard("unit", ClockSources.Operator | ClockSources.Kernel, s_second);
        _clocks.Kernel = null;
        watch.Check();

        Assert.False(guard.IsTrusted);
        Assert.Throws<ArgumentException>(() => watch.Guard("ntp", ClockSources.Sntp, s_second));
    }

    [Fact]
    public void The_drift_log_is_bounded_and_keeps_the_newest()
    {
        var watch = _clocks.Watch(new ClockWatchOptions { LogLimit = 16 });
        watch.Check();
        for (var i = 1; i <= 100; i++)
        {
            _clocks.Step(TimeSpan.FromSeconds(i));
            Look(watch);
        }

        Assert.Equal(16, watch.Events.Count);
        Assert.Equal(100, watch.Events[^1].Offset.TotalSeconds, 3);
    }

    [Fact]
    public void Who_listens_to_events_may_ask_back_and_fail()
    {
        ClockWatch? watch = null;
        var seen = 0;
        watch = _clocks.Watch(onEvent: _ =>
        {
            seen += watch!.Sources.Count;
            throw new InvalidOperationException();
        });
        watch.Guard("unit", ClockSources.Wall, s_second);

        watch.Check();

        Assert.NotEqual(0, seen);
    }

    [Fact]
    public async Task The_machines_own_clocks_are_read()
    {
        await using var watch = new ClockWatch(new ClockWatchOptions
        {
            AssertedUntil = TimeProvider.System.GetUtcNow().AddDays(1),
            CheckInterval = TimeSpan.FromSeconds(10),
        });
        var guard = watch.Guard("unit", ClockSources.Operator, s_second);
        watch.Start();

        Assert.True(guard.TryRead(out var first));
        Assert.True(guard.TryRead(out var second));
        Assert.True(second.RawNanoseconds >= first.RawNanoseconds);
        Assert.Equal(4, watch.Sources.Count);
        Assert.InRange(watch.Sources[0].Bound, TimeSpan.Zero, TimeSpan.FromMilliseconds(100));
    }

    private static Predicate<ClockEvent> Is(ClockEventKind kind) => entry => entry.Kind == kind;

    private void Check(ClockWatch watch, ClockGuard guard, KernelClock? kernel, bool expected)
    {
        _clocks.Kernel = kernel;
        watch.Check();
        Assert.Equal(expected, guard.IsTrusted);
    }

    private void Look(ClockWatch watch)
    {
        _clocks.Advance(s_second);
        watch.Check();
    }

    private void Slew(ClockWatch watch, int seconds, int ppm)
    {
        for (var i = 0; i < seconds; i++)
        {
            _clocks.Advance(s_second, ppm);
            watch.Check();
        }
    }
}
