namespace Appliance.Load.Failover;

/// <summary>One call.</summary>
/// <param name="Sent">When, in Stopwatch ticks.</param>
/// <param name="Late">How much later than it was due: what the client's machine did to it, not the appliance.</param>
/// <param name="Elapsed">From when it was sent to its answer.</param>
/// <param name="Failure">The status of a failed one; null for a signature.</param>
internal readonly record struct Call(long Sent, TimeSpan Late, TimeSpan Elapsed, string? Failure);
