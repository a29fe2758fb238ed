using System.Text.Json;
using System.Text.Json.Serialization;
using Appliance.Load.Failover;

namespace Appliance.Load.Ratio;

/// <summary>
/// What tests/interop/appliance-up.sh DIR wrote: a running appliance, its signers, its time-stamping units.
/// </summary>
internal sealed record Fixture(
    [property: JsonPropertyName("rest")] string Rest,
    [property: JsonPropertyName("grpc")] string Grpc,
    [property: JsonPropertyName("pid")] int ProcessId,
    [property: JsonPropertyName("signers")] IReadOnlyList<FixtureSigner> Signers,
    [property: JsonPropertyName("tsa")] IReadOnlyList<FixtureUnit>? Units = null,
    [property: JsonPropertyName("backends")] IReadOnlyList<FixtureBackend>? Backends = null,
    [property: JsonPropertyName("slots")] string? Slots = null)
{
    public static Fixture Read(string directory)
        => JsonSerializer.Deserialize<Fixture>(File.ReadAllBytes(Path.Combine(directory, "fixture.json")))
            ?? throw new InvalidDataException("fixture.json is empty.");
}
