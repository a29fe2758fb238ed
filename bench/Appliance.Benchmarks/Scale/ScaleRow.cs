namespace Appliance.Benchmarks.Scale;

/// <summary>One measured round.</summary>
/// <param name="Pairs">Reserve and consume, a second.</param>
/// <param name="CpuUs">Processor microseconds a pair.</param>
/// <param name="Commits">Synced commits a second.</param>
/// <param name="WaitUs">Median wait for a reservation, microseconds.</param>
/// <param name="LongWaitUs">The same, 99th percentile.</param>
internal sealed record ScaleRow(double Pairs, double CpuUs, double Commits, double WaitUs, double LongWaitUs);
