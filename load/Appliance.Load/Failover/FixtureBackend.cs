using System.Text.Json.Serialization;

namespace Appliance.Load.Failover;

/// <summary>What is behind a slot of the fixture: commands that sh runs.</summary>
internal sealed record FixtureBackend(
    [property: JsonPropertyName("slot")] string Slot,
    [property: JsonPropertyName("kill")] string Kill,
    [property: JsonPropertyName("restart")] string Restart);
