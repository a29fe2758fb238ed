using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>Answer of `timestamp unit create`.</summary>
internal sealed record TimestampKeyDocument
{
    [JsonPropertyName("unit")]
    public required string Unit { get; init; }

    /// <summary>CKA_LABEL.</summary>
    [JsonPropertyName("key")]
    public required string Key { get; init; }

    /// <summary>CKA_ID, hexadecimal.</summary>
    [JsonPropertyName("keyId")]
    public required string KeyId { get; init; }

    [JsonPropertyName("algorithm")]
    public required string Algorithm { get; init; }

    /// <summary>The unit's certificate, then the CA's; null with a request.</summary>
    [JsonPropertyName("chainPem")]
    public required string? ChainPem { get; init; }

    /// <summary>PKCS#10; null with certificates.</summary>
    [JsonPropertyName("requestPem")]
    public required string? RequestPem { get; init; }
}
