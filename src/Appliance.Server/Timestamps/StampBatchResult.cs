namespace Appliance.Server.Timestamps;

/// <summary>One token for many digests.</summary>
/// <param name="Token">TimeStampToken over the root of the hash tree.</param>
/// <param name="ArchiveTimestamps">DER of an ArchiveTimeStamp (RFC 4998) for each digest, in their order.</param>
internal sealed record StampBatchResult(ReadOnlyMemory<byte> Token, byte[][] ArchiveTimestamps);
