namespace Appliance.Storage;

/// <summary>Where a chain of audit records ends.</summary>
/// <param name="Chain">The chain.</param>
/// <param name="Length">The position of its last record; 0 for none.</param>
/// <param name="Hash">The hash of that record, 32 bytes.</param>
public sealed record AuditHead(long Chain, long Length, ReadOnlyMemory<byte> Hash);
