namespace Appliance.Storage;

/// <summary>A start of a node.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Node">The node's name.</param>
/// <param name="StartedAt">Unix milliseconds.</param>
public sealed record IncarnationRow(long Id, string Node, long StartedAt);
