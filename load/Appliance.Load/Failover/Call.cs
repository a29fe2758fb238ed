namespace Appliance.Load.Failover;

/// <summary>One call: when it was due, how long it took from then on, and how it ended.</summary>
/// <param name="Due">Stopwatch ticks.</param>
/// <param name="Elapsed">From when it was due, however late it was sent.</param>
/// <param name="Failure">The status of a failed one; null for a signature.</param>
internal readonly record struct Call(long Due, TimeSpan Elapsed, string? Failure)
{
    /// <summary>How late it was sent: the client's own doing.</summary>
    public TimeSpan Late { get; init; }
}
