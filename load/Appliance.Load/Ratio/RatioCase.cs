namespace Appliance.Load.Ratio;

/// <summary>
/// A way to call: how many hashes in a call, over how many connections, how many calls in flight on each.
/// With <see cref="Streams"/> the hashes are items of SignHashStream, in flight as many as the server allows.
/// </summary>
internal sealed record RatioCase(string Name, int HashesPerCall, int Connections, int InFlight, bool Streams = false);
