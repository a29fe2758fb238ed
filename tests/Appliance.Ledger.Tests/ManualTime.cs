namespace Appliance.Ledger.Tests;

/// <summary>A clock that stands still until told. (FakeTimeProvider cannot be restored here.)</summary>
internal sealed class ManualTime(DateTimeOffset now) : TimeProvider
{
    private long _now = now.UtcTicks;

    public override DateTimeOffset GetUtcNow() => new(Volatile.Read(ref _now), TimeSpan.Zero);

    public void Advance(TimeSpan by) => Interlocked.Add(ref _now, by.Ticks);
}
