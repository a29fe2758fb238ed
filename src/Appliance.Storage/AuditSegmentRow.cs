namespace Appliance.Storage;

/// <summary>The first records of a chain, which were removed when their retention ended.</summary>
/// <param name="Chain">The chain.</param>
/// <param name="Last">The position of the last one that is gone, or about to be.</param>
/// <param name="Head">The hash of that.</param>
/// <param name="Seal">The seal that covers exactly up to it.</param>
/// <param name="RemovedAt">Unix milliseconds.</param>
public sealed record AuditSegmentRow(long Chain, long Last, byte[] Head, long Seal, long RemovedAt);
