namespace Appliance.Timestamping.Clocks;

/// <summary>Both clocks at one moment.</summary>
/// <param name="UtcTicks">Wall clock, ticks of a UTC DateTime.</param>
/// <param name="RawNanoseconds">CLOCK_MONOTONIC_RAW.</param>
/// <param name="Width">Nanoseconds that reading them took: so far they may be apart.</param>
internal readonly record struct ClockReading(long UtcTicks, long RawNanoseconds, long Width = 0)
{
    /// <summary>Wall minus raw in ticks: a constant, were it not for steps, slews and the oscillator.</summary>
    public long Offset => UtcTicks - (RawNanoseconds / 100);
}
