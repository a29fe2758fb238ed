using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>A time-stamping unit of the settings, in the answer of `timestamp unit list`.</summary>
internal sealed record TimestampUnitDocument
{
    [JsonPropertyName("unit")]
    public required string Unit { get; init; }

    /// <summary>The one behind /tsa, and of who names none.</summary>
    [JsonPropertyName("default")]
    public required bool Default { get; init; }

    /// <summary>Of requests that name none, dotted decimal.</summary>
    [JsonPropertyName("policy")]
    public required string Policy { get; init; }

    /// <summary>What requests may name beside it.</summary>
    [JsonPropertyName("acceptedPolicies")]
    public required IReadOnlyList<string> AcceptedPolicies { get; init; }

    [JsonPropertyName("qualified")]
    public required bool Qualified { get; init; }

    [JsonPropertyName("accuracyMicroseconds")]
    public required int AccuracyMicroseconds { get; init; }

    /// <summary>What must agree: kernel, ntp, operator.</summary>
    [JsonPropertyName("clockSources")]
    public required IReadOnlyList<string> ClockSources { get; init; }

    /// <summary>open or clients.</summary>
    [JsonPropertyName("access")]
    public required string Access { get; init; }

    /// <summary>CKA_LABEL.</summary>
    [JsonPropertyName("key")]
    public required string Key { get; init; }

    /// <summary>CKA_ID, hexadecimal; null when the token has no key of that label and the certificate.</summary>
    [JsonPropertyName("keyId")]
    public required string? KeyId { get; init; }

    /// <summary>Of the key; null when it is not there.</summary>
    [JsonPropertyName("algorithm")]
    public required string? Algorithm { get; init; }

    /// <summary>The file.</summary>
    [JsonPropertyName("certificates")]
    public required string Certificates { get; init; }

    /// <summary>Of the unit's certificate; null when the file has none.</summary>
    [JsonPropertyName("subject")]
    public required string? Subject { get; init; }

    /// <summary>Of the unit's certificate.</summary>
    [JsonPropertyName("issuer")]
    public required string? Issuer { get; init; }

    /// <summary>Of the unit's certificate, hexadecimal.</summary>
    [JsonPropertyName("serialNumber")]
    public required string? SerialNumber { get; init; }

    [JsonPropertyName("notBefore")]
    public required DateTimeOffset? NotBefore { get; init; }

    [JsonPropertyName("notAfter")]
    public required DateTimeOffset? NotAfter { get; init; }

    /// <summary>Validity and private key usage period together.</summary>
    [JsonPropertyName("usableUntil")]
    public required DateTimeOffset? UsableUntil { get; init; }

    /// <summary>Why it cannot issue, and a server does not start with it.</summary>
    [JsonPropertyName("errors")]
    public required IReadOnlyList<string> Errors { get; init; }

    /// <summary>Why it will not be able to for much longer.</summary>
    [JsonPropertyName("warnings")]
    public required IReadOnlyList<string> Warnings { get; init; }
}
