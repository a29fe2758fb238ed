using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>An authenticator in the answer of `signer export`, without its secret.</summary>
internal sealed record ExportedFactor(
    [property: JsonPropertyName("id")] Guid Id,
    [property: JsonPropertyName("state")] string State,
    [property: JsonPropertyName("digits")] int Digits,
    [property: JsonPropertyName("period")] int Period,
    [property: JsonPropertyName("createdAt")] DateTimeOffset CreatedAt);
