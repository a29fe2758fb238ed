using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>A signer that `signer import` made.</summary>
internal sealed record ImportedSigner
{
    [JsonPropertyName("id")]
    public required Guid Id { get; init; }

    [JsonPropertyName("user")]
    public required string User { get; init; }

    [JsonPropertyName("password")]
    public required string Password { get; init; }

    /// <summary>Base32; null when no factor was asked for.</summary>
    [JsonPropertyName("totpSecret")]
    public required string? TotpSecret { get; init; }

    [JsonPropertyName("credentials")]
    public required IReadOnlyList<ImportedCredential> Credentials { get; init; }
}
