namespace Appliance.Load.Ratio;

/// <summary>
/// A way to call: how many hashes in a call, over how many connections, how many calls in flight on each.
/// </summary>
internal sealed record RatioCase(string Name, int HashesPerCall, int Connections, int InFlight);
