using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>A key of the token that no credential has: `credential import --list`.</summary>
internal sealed record FreeKeyDocument
{
    /// <summary>CKA_ID, hex.</summary>
    [JsonPropertyName("keyId")]
    public required string KeyId { get; init; }

    /// <summary>CKA_LABEL.</summary>
    [JsonPropertyName("label")]
    public required string Label { get; init; }

    /// <summary>Null where it is of a kind that is not served, or not known.</summary>
    [JsonPropertyName("algorithm")]
    public required string? Algorithm { get; init; }

    /// <summary>Whom the token's certificate for it names; null without one.</summary>
    [JsonPropertyName("subject")]
    public required string? Subject { get; init; }

    [JsonPropertyName("notAfter")]
    public required DateTimeOffset? NotAfter { get; init; }

    /// <summary>Why it would be refused; null: it would not.</summary>
    [JsonPropertyName("obstacle")]
    public required string? Obstacle { get; init; }
}
