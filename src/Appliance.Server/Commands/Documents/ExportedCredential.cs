using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>A credential in the answer of `signer export`.</summary>
internal sealed record ExportedCredential
{
    [JsonPropertyName("credential")]
    public required CredentialDocument Credential { get; init; }

    /// <summary>SubjectPublicKeyInfo in base64.</summary>
    [JsonPropertyName("publicKey")]
    public required string PublicKey { get; init; }

    /// <summary>SHA-256 in hexadecimal of certificates that were erased, leaf first.</summary>
    [JsonPropertyName("erasedCertificates")]
    public required IReadOnlyList<string> ErasedCertificates { get; init; }

    [JsonPropertyName("packages")]
    public required IReadOnlyList<PackageDocument> Packages { get; init; }
}
