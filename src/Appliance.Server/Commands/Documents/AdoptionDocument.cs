using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>What became of one key in `credential import`.</summary>
internal sealed record AdoptionDocument
{
    /// <summary>The line of the file, from 1; null without a file.</summary>
    [JsonPropertyName("line")]
    public int? Line { get; init; }

    /// <summary>adopted; possible (a dry run); present (it was before); refused.</summary>
    [JsonPropertyName("status")]
    public required string Status { get; init; }

    /// <summary>The credential; null where there is none.</summary>
    [JsonPropertyName("id")]
    public Guid? Id { get; init; }

    [JsonPropertyName("user")]
    public string? User { get; init; }

    /// <summary>CKA_ID, hex.</summary>
    [JsonPropertyName("keyId")]
    public string? KeyId { get; init; }

    /// <summary>CKA_LABEL.</summary>
    [JsonPropertyName("label")]
    public string? Label { get; init; }

    [JsonPropertyName("algorithm")]
    public string? Algorithm { get; init; }

    [JsonPropertyName("notAfter")]
    public DateTimeOffset? NotAfter { get; init; }

    /// <summary>Why it was refused.</summary>
    [JsonPropertyName("error")]
    public string? Error { get; init; }
}
