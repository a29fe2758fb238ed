namespace Appliance.Server.Tests.Csc.Lanes;

/// <summary>A clock that stands still until told.</summary>
internal sealed class HandTime : TimeProvider
{
    private long _ticks = 1;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);
}
