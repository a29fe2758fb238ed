using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>A credential in the answers of `credential create`, `import` and `list`.</summary>
internal sealed record CredentialDocument
{
    [JsonPropertyName("id")]
    public required Guid Id { get; init; }

    [JsonPropertyName("user")]
    public required string User { get; init; }

    [JsonPropertyName("algorithm")]
    public required string Algorithm { get; init; }

    /// <summary>pending, enabled, disabled or suspended.</summary>
    [JsonPropertyName("state")]
    public required string State { get; init; }

    [JsonPropertyName("scal")]
    public required int Scal { get; init; }

    [JsonPropertyName("multisign")]
    public required int Multisign { get; init; }

    /// <summary>none, nested or seal.</summary>
    [JsonPropertyName("extension")]
    public required string Extension { get; init; }

    /// <summary>until-exhausted or one-shot.</summary>
    [JsonPropertyName("sadReuse")]
    public required string SadReuse { get; init; }

    /// <summary>What the signer gives to authorise, with commas between them; none for nothing.</summary>
    [JsonPropertyName("factors")]
    public required string Factors { get; init; }

    /// <summary>True when it signs only while a package has transactions left.</summary>
    [JsonPropertyName("metered")]
    public required bool Metered { get; init; }

    /// <summary>True when the store keeps the private key, wrapped; false when the token does.</summary>
    [JsonPropertyName("wrapped")]
    public required bool Wrapped { get; init; }

    [JsonPropertyName("description")]
    public required string Description { get; init; }

    /// <summary>Null while the certificate is awaited.</summary>
    [JsonPropertyName("notBefore")]
    public required DateTimeOffset? NotBefore { get; init; }

    /// <summary>Null while the certificate is awaited.</summary>
    [JsonPropertyName("notAfter")]
    public required DateTimeOffset? NotAfter { get; init; }

    /// <summary>The leaf; null while it is awaited.</summary>
    [JsonPropertyName("certificatePem")]
    public required string? CertificatePem { get; init; }

    /// <summary>Leaf and CAs, leaf first.</summary>
    [JsonPropertyName("chainPem")]
    public required string? ChainPem { get; init; }
}
