using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Answers;

/// <summary>What happened.</summary>
internal sealed record HistoryRecordAnswer(
    [property: JsonPropertyName("at")] string At,
    [property: JsonPropertyName("event")] string Event,
    [property: JsonPropertyName("outcome")] string Outcome,
    [property: JsonPropertyName("credentialID")] string? CredentialId,
    [property: JsonPropertyName("clientID")] string? ClientId,
    [property: JsonPropertyName("requestID")] string? RequestId,
    [property: JsonPropertyName("count")] int Count,
    [property: JsonPropertyName("digest")] byte[] Digest);
