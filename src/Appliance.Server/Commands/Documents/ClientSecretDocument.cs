using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>What a client proves itself with, in the answers of `client`.</summary>
internal sealed record ClientSecretDocument
{
    [JsonPropertyName("id")]
    public required Guid Id { get; init; }

    /// <summary>The client_id.</summary>
    [JsonPropertyName("client")]
    public required Guid Client { get; init; }

    /// <summary>secret, key, certificate or certificate-key.</summary>
    [JsonPropertyName("kind")]
    public required string Kind { get; init; }

    /// <summary>active, revoked, expired, or tampered for a row that this installation did not write.</summary>
    [JsonPropertyName("state")]
    public required string State { get; init; }

    [JsonPropertyName("validUntil")]
    public required DateTimeOffset ValidUntil { get; init; }

    /// <summary>The kid of a key.</summary>
    [JsonPropertyName("keyId")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required string? KeyId { get; init; }

    /// <summary>The secret, told by `client secret add` and never again.</summary>
    [JsonPropertyName("secret")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Secret { get; init; }
}
