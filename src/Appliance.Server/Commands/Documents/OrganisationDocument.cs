using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>An organisation in the answers of `organisation`.</summary>
internal sealed record OrganisationDocument(
    [property: JsonPropertyName("id")] Guid Id,
    [property: JsonPropertyName("user")] string User,
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("registration")] string? Registration,
    [property: JsonPropertyName("lei")] string? Lei,
    [property: JsonPropertyName("vat")] string? Vat,
    [property: JsonPropertyName("state")] string State,
    [property: JsonPropertyName("credentials")] int Credentials);
