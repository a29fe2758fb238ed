namespace Appliance.Ledger.Tests;

/// <summary>The machine's clocks without timers: for a node that does nothing by itself, like a paused one.</summary>
internal sealed class PausedTime : TimeProvider
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        => base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
}
