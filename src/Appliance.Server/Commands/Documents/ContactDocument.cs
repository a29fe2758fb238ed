using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>Answer of `signer contact`.</summary>
internal sealed record ContactDocument(
    [property: JsonPropertyName("id")] Guid Id,
    [property: JsonPropertyName("user")] string User,
    [property: JsonPropertyName("email")] string? Email,
    [property: JsonPropertyName("phone")] string? Phone,
    [property: JsonPropertyName("language")] string Language);
