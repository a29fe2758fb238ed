using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>Answer of `signer add`.</summary>
internal sealed record SignerDocument(
    [property: JsonPropertyName("id")] Guid Id,
    [property: JsonPropertyName("user")] string User,
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("profileId")] Guid ProfileId);
