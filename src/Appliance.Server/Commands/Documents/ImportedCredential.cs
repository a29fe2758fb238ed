using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>A credential that `signer import` made.</summary>
internal sealed record ImportedCredential(
    [property: JsonPropertyName("id")] Guid Id,
    [property: JsonPropertyName("algorithm")] string Algorithm,
    [property: JsonPropertyName("certificatePem")] string CertificatePem);
