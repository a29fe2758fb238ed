namespace Appliance.Load.Ratio;

/// <summary>One measured round: raw and appliance beside each other.</summary>
internal sealed record RatioRow(double Raw, double Appliance, double CpuUs, IReadOnlyList<long> Elapsed);
