using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Answers;

/// <summary>credentials/info of version 2 (11.5), and with credentialID one entry of credentialInfos (11.4).</summary>
internal sealed record CredentialAnswerV2(
    [property: JsonPropertyName("credentialID")] string? CredentialId,
    [property: JsonPropertyName("description")] string? Description,
    [property: JsonPropertyName("key")] KeyAnswer Key,
    [property: JsonPropertyName("cert")] CertificateAnswer Cert,
    [property: JsonPropertyName("auth")] AuthAnswer Auth,
    [property: JsonPropertyName("SCAL")] string Scal,
    [property: JsonPropertyName("multisign")] int Multisign,
    [property: JsonPropertyName("lang")] string Lang);
