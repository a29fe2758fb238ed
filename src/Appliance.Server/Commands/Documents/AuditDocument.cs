using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>One audit record in the answer of `audit show`.</summary>
internal sealed record AuditDocument
{
    [JsonPropertyName("sequence")]
    public required long Sequence { get; init; }

    /// <summary>The chain that the record is in.</summary>
    [JsonPropertyName("chain")]
    public required long Chain { get; init; }

    /// <summary>Its place there, from 1.</summary>
    [JsonPropertyName("position")]
    public required long Position { get; init; }

    /// <summary>The node that wrote it; null for a command.</summary>
    [JsonPropertyName("node")]
    public required string? Node { get; init; }

    [JsonPropertyName("at")]
    public required DateTimeOffset At { get; init; }

    [JsonPropertyName("event")]
    public required string Event { get; init; }

    [JsonPropertyName("outcome")]
    public required string Outcome { get; init; }

    [JsonPropertyName("user")]
    public required string? User { get; init; }

    [JsonPropertyName("signerId")]
    public required Guid? SignerId { get; init; }

    [JsonPropertyName("credentialId")]
    public required Guid? CredentialId { get; init; }

    [JsonPropertyName("activationId")]
    public required Guid? ActivationId { get; init; }

    [JsonPropertyName("clientId")]
    public required Guid? ClientId { get; init; }

    [JsonPropertyName("requestId")]
    public required Guid? RequestId { get; init; }

    [JsonPropertyName("count")]
    public required int Count { get; init; }

    /// <summary>SHA-256 of the signed hashes, or the hash itself, in hexadecimal.</summary>
    [JsonPropertyName("digest")]
    public required string? Digest { get; init; }

    /// <summary>The admin who did it; null for what callers and the node itself do.</summary>
    [JsonPropertyName("admin")]
    public required string? Actor { get; init; }

    [JsonPropertyName("detail")]
    public required string? Detail { get; init; }

    /// <summary>Its hash in the chain, in hexadecimal; null in what is older than chains.</summary>
    [JsonPropertyName("hash")]
    public required string? Hash { get; init; }
}
