using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Answers;

/// <summary>credentials/info of version 1 (11.5). SCAL is a string, multisign a number.</summary>
internal sealed record CredentialAnswerV1(
    [property: JsonPropertyName("description")] string? Description,
    [property: JsonPropertyName("key")] KeyAnswer Key,
    [property: JsonPropertyName("cert")] CertificateAnswer Cert,
    [property: JsonPropertyName("authMode")] string AuthMode,
    [property: JsonPropertyName("SCAL")] string Scal,
    [property: JsonPropertyName("PIN")] PinAnswer? Pin,
    [property: JsonPropertyName("OTP")] OtpAnswer? Otp,
    [property: JsonPropertyName("multisign")] int Multisign,
    [property: JsonPropertyName("lang")] string Lang);
