using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>A time-stamping unit's trust in the clock.</summary>
/// <param name="Unit">Its name.</param>
/// <param name="Trusted">It issues.</param>
/// <param name="Requires">Sources that must agree.</param>
/// <param name="AccuracySeconds">Within what.</param>
/// <param name="Text">Why it does not issue, or that they agree.</param>
internal sealed record ClockUnitDocument(
    [property: JsonPropertyName("unit")] string Unit,
    [property: JsonPropertyName("trusted")] bool Trusted,
    [property: JsonPropertyName("requires")] IReadOnlyList<string> Requires,
    [property: JsonPropertyName("accuracySeconds")] double AccuracySeconds,
    [property: JsonPropertyName("text")] string Text);
