using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Answers;

/// <summary>A page of a signer's records (proto/appliance/v1/signers.proto).</summary>
internal sealed record HistoryAnswer(
    [property: JsonPropertyName("records")] IReadOnlyList<HistoryRecordAnswer> Records,
    [property: JsonPropertyName("cursor")] string? Cursor);
