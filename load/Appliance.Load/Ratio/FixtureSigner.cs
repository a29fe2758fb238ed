using System.Text.Json.Serialization;

namespace Appliance.Load.Ratio;

/// <summary>A signer in fixture.json.</summary>
internal sealed record FixtureSigner(
    [property: JsonPropertyName("user")] string User,
    [property: JsonPropertyName("password")] string Password,
    [property: JsonPropertyName("totpSecret")] string TotpSecret,
    [property: JsonPropertyName("credentials")] IReadOnlyList<FixtureCredential> Credentials);
