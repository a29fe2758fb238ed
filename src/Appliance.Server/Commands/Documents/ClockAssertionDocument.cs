using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>Answer of `timestamp clock assert` and `withdraw`.</summary>
/// <param name="AssertedUntil">End of the assertion; null when it was withdrawn.</param>
internal sealed record ClockAssertionDocument(
    [property: JsonPropertyName("assertedUntil")] DateTimeOffset? AssertedUntil);
