using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>Answer of `factor enrol`: the only place where a TOTP secret is ever shown.</summary>
internal sealed record FactorDocument(
    [property: JsonPropertyName("uri")] string Uri,
    [property: JsonPropertyName("secret")] string Secret);
