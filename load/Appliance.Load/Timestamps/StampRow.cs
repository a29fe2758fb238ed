namespace Appliance.Load.Timestamps;

/// <summary>One round of the closed loop beside the raw loop.</summary>
internal sealed record StampRow(double Raw, double Appliance, double CpuUs, long P50, long P99);
