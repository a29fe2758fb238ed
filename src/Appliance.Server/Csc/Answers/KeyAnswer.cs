using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Answers;

/// <summary>The object key of credentials/info (CSC API 11.5).</summary>
internal sealed record KeyAnswer(
    [property: JsonPropertyName("status")] string Status,
    [property: JsonPropertyName("algo")] IReadOnlyList<string> Algo,
    [property: JsonPropertyName("len")] int Len,
    [property: JsonPropertyName("curve")] string? Curve);
