using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Answers;

/// <summary>One authentication object type of version 2 (CSC API 2.0.0.2 11.5).</summary>
internal sealed record AuthObjectAnswer(
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("format")] string? Format,
    [property: JsonPropertyName("label")] string Label,
    [property: JsonPropertyName("generator")] string? Generator);
