namespace Appliance.Storage;

/// <summary>What waits to be delivered.</summary>
/// <param name="Waiting">How many messages.</param>
/// <param name="OldestAt">When the oldest of them was written, Unix milliseconds; null when none waits.</param>
/// <param name="Tried">How many of them were tried and failed so far.</param>
public sealed record NoticeBacklog(long Waiting, long? OldestAt, long Tried);
