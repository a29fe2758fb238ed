namespace Appliance.Load.Timestamps;

/// <summary>What the clients got, for the comparison with what the appliance recorded.</summary>
internal sealed class StampTallies
{
    /// <summary>Answers that were counted, all of them granted as far as the client looked.</summary>
    public long Answers { get; set; }

    /// <summary>
    /// Most requests that wrk left in flight when its time was up: they may have been answered or not, once a
    /// connection and run.
    /// </summary>
    public long Abandoned { get; set; }

    public List<StampSample> Samples { get; } = [];
}
