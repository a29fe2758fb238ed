namespace Appliance.Storage;

/// <summary>Audit records of one chain that were removed when their retention ended.</summary>
/// <param name="Chain">The chain.</param>
/// <param name="First">The first position that is gone.</param>
/// <param name="Last">The last one.</param>
/// <param name="Before">The hash before the first.</param>
/// <param name="Head">The hash of the last.</param>
/// <param name="Seal">The seal that covers exactly up to the last.</param>
/// <param name="RemovedAt">Unix milliseconds.</param>
public sealed record AuditSegmentRow(
    long Chain, long First, long Last, byte[] Before, byte[] Head, long Seal, long RemovedAt);
