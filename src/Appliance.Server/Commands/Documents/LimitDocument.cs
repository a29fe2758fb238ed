using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>The answer of `signer limit` and `signer restore`.</summary>
internal sealed record LimitDocument(
    [property: JsonPropertyName("signer")] Guid Signer,
    [property: JsonPropertyName("state")] string State,
    [property: JsonPropertyName("credentials")] IReadOnlyList<Guid> Credentials,
    [property: JsonPropertyName("tokens")] int Tokens,
    [property: JsonPropertyName("activations")] int Activations);
