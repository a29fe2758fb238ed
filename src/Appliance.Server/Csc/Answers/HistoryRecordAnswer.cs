using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Answers;

/// <summary>What happened.</summary>
internal sealed record HistoryRecordAnswer(
    [property: JsonPropertyName("at")] string At,
    [property: JsonPropertyName("event")] string Event,
    [property: JsonPropertyName("outcome")] string Outcome,
    [property: JsonPropertyName("credentialId")] string? CredentialId,
    [property: JsonPropertyName("clientId")] string? ClientId,
    [property: JsonPropertyName("requestId")] string? RequestId,
    [property: JsonPropertyName("count")] int Count,
    [property: JsonPropertyName("digest")] byte[] Digest);
