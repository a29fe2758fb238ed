using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Answers;

/// <summary>
/// The object cert of credentials/info (CSC API 11.5). Both names are always there: EUDI's library parses them unasked
/// and unguarded (csc-api section 5.4).
/// </summary>
internal sealed record CertificateAnswer(
    [property: JsonPropertyName("status")] string? Status,
    [property: JsonPropertyName("certificates")] IReadOnlyList<byte[]>? Certificates,
    [property: JsonPropertyName("issuerDN")] string IssuerDn,
    [property: JsonPropertyName("serialNumber")] string? SerialNumber,
    [property: JsonPropertyName("subjectDN")] string SubjectDn,
    [property: JsonPropertyName("validFrom")] string? ValidFrom,
    [property: JsonPropertyName("validTo")] string? ValidTo);
