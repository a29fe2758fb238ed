using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>An entry of the drift log.</summary>
/// <param name="At">By the wall clock, right or wrong.</param>
/// <param name="MonotonicSeconds">By CLOCK_MONOTONIC_RAW: order and distances hold in any case.</param>
/// <param name="Event">What.</param>
/// <param name="Subject">Source, server, unit or admin.</param>
/// <param name="OffsetSeconds">By how much; 0 where there is nothing to measure.</param>
/// <param name="Text">In words.</param>
internal sealed record ClockEventDocument(
    [property: JsonPropertyName("at")] DateTimeOffset At,
    [property: JsonPropertyName("monotonicSeconds")] double MonotonicSeconds,
    [property: JsonPropertyName("event")] string Event,
    [property: JsonPropertyName("subject")] string Subject,
    [property: JsonPropertyName("offsetSeconds")] double OffsetSeconds,
    [property: JsonPropertyName("text")] string Text);
