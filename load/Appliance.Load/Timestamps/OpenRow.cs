namespace Appliance.Load.Timestamps;

/// <summary>One round of the open loop, and what token and disk took right before it.</summary>
internal sealed record OpenRow(double SignUs, double SyncUs, LatencyHistogram Histogram)
{
    /// <summary>What the 99th percentile is to stay under.</summary>
    public double LimitUs => (5 * SignUs) + (4 * SyncUs);

    public double Microseconds(double quantile) => Histogram.Quantile(quantile) / 1000.0;
}
