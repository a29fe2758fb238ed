using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Answers;

/// <summary>The object PIN of version 1 (11.5). presence is a string that looks like a boolean.</summary>
internal sealed record PinAnswer(
    [property: JsonPropertyName("presence")] string Presence,
    [property: JsonPropertyName("format")] string? Format,
    [property: JsonPropertyName("label")] string? Label);
