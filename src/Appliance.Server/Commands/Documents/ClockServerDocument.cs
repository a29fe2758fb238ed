using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>What an NTP server last said.</summary>
/// <param name="Server">HOST:PORT.</param>
/// <param name="Usable">It answers, and agrees with the others.</param>
/// <param name="OffsetSeconds">Its time minus the wall clock; null where it has not answered.</param>
/// <param name="RadiusSeconds">Right within this, by its word; null where it has not answered.</param>
/// <param name="Text">In words.</param>
internal sealed record ClockServerDocument(
    [property: JsonPropertyName("server")] string Server,
    [property: JsonPropertyName("usable")] bool Usable,
    [property: JsonPropertyName("offsetSeconds")] double? OffsetSeconds,
    [property: JsonPropertyName("radiusSeconds")] double? RadiusSeconds,
    [property: JsonPropertyName("text")] string Text);
