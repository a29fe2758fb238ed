using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>A signer that `signer import` makes.</summary>
internal sealed record ImportSigner
{
    [JsonPropertyName("user")]
    public required string User { get; init; }

    [JsonPropertyName("name")]
    public required string Name { get; init; }

    /// <summary>Null for a random one, which the answer tells.</summary>
    [JsonPropertyName("password")]
    public string? Password { get; init; }

    /// <summary>True to enrol and activate a TOTP factor, whose secret the answer tells.</summary>
    [JsonPropertyName("factor")]
    public bool Factor { get; init; }

    [JsonPropertyName("credentials")]
    public IReadOnlyList<ImportCredential> Credentials { get; init; } = [];
}
