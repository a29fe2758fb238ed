using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>A seal over the audit trail.</summary>
internal sealed record AuditSealDocument
{
    [JsonPropertyName("number")]
    public required long Number { get; init; }

    [JsonPropertyName("at")]
    public required DateTimeOffset At { get; init; }

    /// <summary>How many chains it covers.</summary>
    [JsonPropertyName("chains")]
    public required int Chains { get; init; }

    /// <summary>SHA-256 of the body, in hexadecimal.</summary>
    [JsonPropertyName("hash")]
    public required string Hash { get; init; }

    /// <summary>What is signed, base64.</summary>
    [JsonPropertyName("body")]
    public required string Body { get; init; }

    /// <summary>ECDSA with SHA-256, DER, base64.</summary>
    [JsonPropertyName("signature")]
    public required string Signature { get; init; }

    /// <summary>RFC 3161 token over SHA-256 of the signature, DER, base64; null when there is none.</summary>
    [JsonPropertyName("timestamp")]
    public required string? Timestamp { get; init; }
}
