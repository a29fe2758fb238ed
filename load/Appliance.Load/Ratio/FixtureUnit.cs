using System.Text.Json.Serialization;

namespace Appliance.Load.Ratio;

/// <summary>A time-stamping unit in fixture.json.</summary>
/// <param name="Url">Where it is asked.</param>
/// <param name="Algorithm">Of its key.</param>
/// <param name="ChainPem">Its certificate, then those above it.</param>
internal sealed record FixtureUnit(
    [property: JsonPropertyName("url")] string Url,
    [property: JsonPropertyName("algorithm")] string Algorithm,
    [property: JsonPropertyName("chainPem")] string ChainPem);
