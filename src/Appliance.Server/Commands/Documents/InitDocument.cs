using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>Answer of `init`.</summary>
internal sealed record InitDocument(
    [property: JsonPropertyName("store")] string Store,
    [property: JsonPropertyName("token")] string Token,
    [property: JsonPropertyName("tokenSerial")] string TokenSerial,
    [property: JsonPropertyName("rootKeyMechanism")] string RootKeyMechanism,
    [property: JsonPropertyName("authorityPem")] string AuthorityPem,
    [property: JsonPropertyName("admin")] string Admin);
