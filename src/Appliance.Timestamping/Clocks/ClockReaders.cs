namespace Appliance.Timestamping.Clocks;

/// <summary>Where the watch reads: the machine, or what a test hands it.</summary>
/// <param name="RawNanoseconds">CLOCK_MONOTONIC_RAW.</param>
/// <param name="Kernel">adjtimex(2); null where the kernel tells nothing.</param>
/// <param name="Query">Asks one NTP server; does not throw but for cancellation.</param>
internal sealed record ClockReaders(
    Func<long> RawNanoseconds,
    Func<KernelClock?> Kernel,
    Func<SntpServer, CancellationToken, ValueTask<SntpSample>> Query)
{
    /// <summary>A pause between the two readings that spoils a pair, in nanoseconds.</summary>
    private const long Spoiled = 20_000;

    /// <summary>Reads both clocks together: the best of some tries, since a thread may lose its core.</summary>
    public ClockReading Read(TimeProvider time)
    {
        var best = default(ClockReading);
        var bestWidth = long.MaxValue;
        for (var attempt = 0; attempt < 8 && bestWidth > Spoiled; attempt++)
        {
            var before = RawNanoseconds();
            var wall = time.GetUtcNow().UtcTicks;
            var width = RawNanoseconds() - before;
            if (width < bestWidth)
            {
                best = new ClockReading(wall, before + (width / 2), width);
                bestWidth = width;
            }
        }

        return best;
    }
}
