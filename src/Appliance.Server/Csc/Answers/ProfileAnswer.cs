using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Answers;

/// <summary>A capacity in which a signer acts.</summary>
internal sealed record ProfileAnswer(
    [property: JsonPropertyName("profileID")] string ProfileId,
    [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("organisationID")] string? OrganisationId,
    [property: JsonPropertyName("organisation")] string? Organisation,
    [property: JsonPropertyName("state")] string State,
    [property: JsonPropertyName("createdAt")] string CreatedAt,
    [property: JsonPropertyName("credentialIDs")] IReadOnlyList<string> CredentialIds);
