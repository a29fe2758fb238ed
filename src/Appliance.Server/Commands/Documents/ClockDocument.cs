using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>Answer of `timestamp clock`: what the units' time rests on.</summary>
internal sealed record ClockDocument
{
    [JsonPropertyName("units")]
    public required IReadOnlyList<ClockUnitDocument> Units { get; init; }

    [JsonPropertyName("sources")]
    public required IReadOnlyList<ClockSourceDocument> Sources { get; init; }

    [JsonPropertyName("servers")]
    public required IReadOnlyList<ClockServerDocument> Servers { get; init; }

    /// <summary>How far the wall clock is ahead of where it was confirmed.</summary>
    [JsonPropertyName("driftSeconds")]
    public required double DriftSeconds { get; init; }

    /// <summary>End of the operator's assertion; null when there is none.</summary>
    [JsonPropertyName("assertedUntil")]
    public required DateTimeOffset? AssertedUntil { get; init; }

    /// <summary>The drift log, newest last; null where it was not asked for.</summary>
    [JsonPropertyName("log")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ClockEventDocument>? Log { get; init; }
}
