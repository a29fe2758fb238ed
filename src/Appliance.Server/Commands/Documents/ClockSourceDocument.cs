using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>What a source says about the clock.</summary>
/// <param name="Source">wall, kernel, ntp or operator.</param>
/// <param name="Trusted">It vouches for the clock.</param>
/// <param name="BoundSeconds">The clock is off by this at most; null where it is not trusted.</param>
/// <param name="Text">In words.</param>
internal sealed record ClockSourceDocument(
    [property: JsonPropertyName("source")] string Source,
    [property: JsonPropertyName("trusted")] bool Trusted,
    [property: JsonPropertyName("boundSeconds")] double? BoundSeconds,
    [property: JsonPropertyName("text")] string Text);
