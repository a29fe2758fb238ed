using System.Collections.Concurrent;

namespace Appliance.Server.Tests.Hosting;

/// <summary>A clock that the test moves on. Its timers go by the real one, unless the test makes them ring.</summary>
internal sealed class SetTime(DateTimeOffset now) : TimeProvider
{
    private readonly ConcurrentDictionary<object, Action> _periodic = new();
    private long _ticks = now.UtcTicks;

    public override DateTimeOffset GetUtcNow() => new(Volatile.Read(ref _ticks), TimeSpan.Zero);

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);

    /// <summary>Lets every timer ring that does so again and again.</summary>
    public void RingPeriodic()
    {
        foreach (var ring in _periodic.Values)
        {
            ring();
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        if (period == Timeout.InfiniteTimeSpan)
        {
            return timer;
        }

        var noted = new NotedTimer(timer, _periodic);
        _periodic[noted] = () => callback(state);
        return noted;
    }

    private sealed class NotedTimer(ITimer timer, ConcurrentDictionary<object, Action> noted) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(dueTime, period);

        public void Dispose()
        {
            noted.TryRemove(this, out _);
            timer.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            noted.TryRemove(this, out _);
            return timer.DisposeAsync();
        }
    }
}
