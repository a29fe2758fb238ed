using System.Text.Json.Serialization;

namespace Appliance.Server.Enrolments;

/// <summary>What the methods of enrolment answer; what an answer has nothing of is left out.</summary>
internal sealed record FactorAnswer
{
    [JsonPropertyName("signerID")]
    public string? SignerId { get; init; }

    [JsonPropertyName("purpose")]
    public string? Purpose { get; init; }

    [JsonPropertyName("confirmed")]
    public bool? Confirmed { get; init; }

    [JsonPropertyName("linkExpiresAt")]
    public long? LinkExpiresAt { get; init; }

    [JsonPropertyName("sent")]
    public bool? Sent { get; init; }

    [JsonPropertyName("sentTo")]
    public string? SentTo { get; init; }

    [JsonPropertyName("expiresAt")]
    public long? ExpiresAt { get; init; }

    [JsonPropertyName("resendAt")]
    public long? ResendAt { get; init; }

    [JsonPropertyName("userName")]
    public string? UserName { get; init; }

    [JsonPropertyName("displayName")]
    public string? DisplayName { get; init; }

    [JsonPropertyName("email")]
    public string? Email { get; init; }

    [JsonPropertyName("phone")]
    public string? Phone { get; init; }

    [JsonPropertyName("totp")]
    public string? Totp { get; init; }

    [JsonPropertyName("pin")]
    public string? Pin { get; init; }

    [JsonPropertyName("password")]
    public bool? Password { get; init; }

    [JsonPropertyName("otpauthUri")]
    public string? OtpauthUri { get; init; }

    [JsonPropertyName("secret")]
    public string? Secret { get; init; }

    [JsonPropertyName("qrSvg")]
    public string? QrSvg { get; init; }

    [JsonPropertyName("qrPng")]
    public byte[]? QrPng { get; init; }
}
