namespace Appliance.Grpc.Tests.Services;

/// <summary>A clock for which one certain time is over at once.</summary>
internal sealed class HastyTime(TimeSpan over) : TimeProvider
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        => base.CreateTimer(callback, state, dueTime == over ? TimeSpan.Zero : dueTime, period);
}
