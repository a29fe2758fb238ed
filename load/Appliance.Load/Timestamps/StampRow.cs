namespace Appliance.Load.Timestamps;

/// <summary>One round of the closed loop beside the raw loop.</summary>
/// <param name="Raw">Signatures a second.</param>
/// <param name="Appliance">Time stamps a second.</param>
/// <param name="RawCpuUs">Processor time of a raw signature, microseconds.</param>
/// <param name="CpuUs">Processor time of the server for a time stamp.</param>
/// <param name="ClientCpuUs">Processor time of wrk for one.</param>
/// <param name="P50">Median latency, microseconds.</param>
/// <param name="P99">99th percentile.</param>
internal sealed record StampRow(
    double Raw, double Appliance, double RawCpuUs, double CpuUs, double ClientCpuUs, long P50, long P99)
{
    /// <summary>What the ratio would be if no processor were ever idle; a machine that others load keeps it.</summary>
    public double CpuRatio => RawCpuUs / (CpuUs + ClientCpuUs);
}
