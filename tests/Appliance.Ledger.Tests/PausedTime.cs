namespace Appliance.Ledger.Tests;

/// <summary>The machine's clocks without timers: of a node that does nothing by itself, as one that is paused.</summary>
internal sealed class PausedTime : TimeProvider
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        => base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
}
