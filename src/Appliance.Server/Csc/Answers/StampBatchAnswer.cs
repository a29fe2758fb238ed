using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Answers;

/// <summary>timestamps/batch: the token over the root, and the evidence of each digest in the order of the hashes.
/// </summary>
internal sealed record StampBatchAnswer(
    [property: JsonPropertyName("token")] ReadOnlyMemory<byte> Token,
    [property: JsonPropertyName("archiveTimestamps")] IReadOnlyList<byte[]> ArchiveTimestamps);
