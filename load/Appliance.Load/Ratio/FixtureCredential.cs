using System.Text.Json.Serialization;

namespace Appliance.Load.Ratio;

/// <summary>A credential in fixture.json (tests/interop/appliance-up.sh).</summary>
internal sealed record FixtureCredential(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("algorithm")] string Algorithm,
    [property: JsonPropertyName("certificatePem")] string CertificatePem);
