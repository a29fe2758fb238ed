namespace Appliance.Load.Hosting;

/// <summary>One measurement.</summary>
/// <param name="PerSecond">Signatures a second.</param>
/// <param name="Median">Of a job, in microseconds.</param>
/// <param name="P99">Of a job, in microseconds.</param>
/// <param name="ProcessorShare">Processors used by this process, children not counted.</param>
internal sealed record HostingRow(double PerSecond, double Median, double P99, double ProcessorShare);
