namespace Appliance.Benchmarks.Scale;

/// <summary>One measured round.</summary>
/// <param name="Pairs">Reserve and consume, a second.</param>
/// <param name="CpuUs">Processor microseconds a pair.</param>
/// <param name="Commits">Synced commits a second.</param>
/// <param name="ReadKb">KB read from files a pair; from the page cache of the system mostly.</param>
/// <param name="WrittenKb">KB written to files a pair.</param>
/// <param name="WaitUs">Median wait for a reservation, microseconds.</param>
/// <param name="LongWaitUs">The same, 99th percentile.</param>
internal sealed record ScaleRow(
    double Pairs, double CpuUs, double Commits, double ReadKb, double WrittenKb, double WaitUs, double LongWaitUs);
