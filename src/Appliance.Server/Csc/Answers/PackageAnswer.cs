using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Answers;

/// <summary>The package of a metered credential.</summary>
internal sealed record PackageAnswer(
    [property: JsonPropertyName("credentialID")] string CredentialId,
    [property: JsonPropertyName("state")] string State,
    [property: JsonPropertyName("plan")] int? Plan,
    [property: JsonPropertyName("total")] int Total,
    [property: JsonPropertyName("remaining")] int Remaining,
    [property: JsonPropertyName("validFrom")] string? ValidFrom,
    [property: JsonPropertyName("validUntil")] string? ValidUntil);
