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

    /// <summary>True to enrol and activate a TOTP factor, whose secret the answer tells.</summary>
    [JsonPropertyName("factor")]
    public bool Factor { get; set; }

    [JsonPropertyName("credentials")]
    public IReadOnlyList<ImportCredential> Credentials { get; set; } = [];
}
