using Appliance.Load.Timestamps;

namespace Appliance.Load.Overload;

/// <summary>What became of the requests that were due in one phase.</summary>
internal sealed class PhaseTally
{
    /// <summary>Nanoseconds from when a request was due to its signature.</summary>
    public LatencyHistogram Signed { get; } = new();

    /// <summary>
    /// From when a request was sent to its refusal (RESOURCE_EXHAUSTED): that it was sent late, because nothing else
    /// had room in between, is not the refusal's doing.
    /// </summary>
    public LatencyHistogram Refused { get; } = new();

    /// <summary>How late requests were sent: the load's own doing, or that of what else the machine does.</summary>
    public LatencyHistogram Lag { get; } = new();

    /// <summary>Signatures that came during the phase, whenever they were due.</summary>
    public long InTime { get; set; }

    /// <summary>When the last request was due that was refused, or signed too late; nanoseconds, 0 for none.</summary>
    public long LastBad { get; set; }

    public void Add(PhaseTally other)
    {
        Signed.Add(other.Signed);
        Refused.Add(other.Refused);
        Lag.Add(other.Lag);
        InTime += other.InTime;
        LastBad = Math.Max(LastBad, other.LastBad);
    }
}
