using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>A profile in the answers of `signer profile`.</summary>
internal sealed record ProfileDocument(
    [property: JsonPropertyName("id")] Guid Id,
    [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("organisation")] Guid? Organisation,
    [property: JsonPropertyName("state")] string State);
