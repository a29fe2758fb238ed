using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>A profile in the answer of `signer export`.</summary>
internal sealed record ExportedProfile(
    [property: JsonPropertyName("id")] Guid Id,
    [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("createdAt")] DateTimeOffset CreatedAt);
