using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>Answer of `token add-root-key`.</summary>
internal sealed record RootKeyCopyDocument(
    [property: JsonPropertyName("token")] string Token,
    [property: JsonPropertyName("tokenSerial")] string TokenSerial,
    [property: JsonPropertyName("rootKeyMechanism")] string RootKeyMechanism);
