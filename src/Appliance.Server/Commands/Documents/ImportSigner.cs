using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>A signer that `signer import` makes.</summary>
internal sealed record ImportSigner
{
    [JsonPropertyName("user")]
    public required string User { get; set; }

    [JsonPropertyName("name")]
    public required string Name { get; set; }

    /// <summary>Null for a random one, which the answer tells.</summary>
    [JsonPropertyName("password")]
    public string? Password { get; set; }

    /// <summary>person, employee, representative or organisation; null for a person.</summary>
    [JsonPropertyName("kind")]
    public string? Kind { get; set; }

    /// <summary>Where messages go; null for nowhere.</summary>
    [JsonPropertyName("email")]
    public string? Email { get; set; }

    /// <summary>Where short messages go, in E.164; null for nowhere.</summary>
    [JsonPropertyName("phone")]
    public string? Phone { get; set; }

    /// <summary>Of messages, two letters of ISO 639-1; null for English.</summary>
    [JsonPropertyName("language")]
    public string? Language { get; set; }

    /// <summary>True to enrol and activate a TOTP factor, whose secret the answer tells.</summary>
    [JsonPropertyName("factor")]
    public bool Factor { get; set; }

    [JsonPropertyName("credentials")]
    public IReadOnlyList<ImportCredential> Credentials { get; set; } = [];
}
