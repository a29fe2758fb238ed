using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Answers;

/// <summary>The object signAlgorithms of version 2's info (11.1).</summary>
internal sealed record SignAlgorithmsAnswer(
    [property: JsonPropertyName("algos")] IReadOnlyList<string> Algos,
    [property: JsonPropertyName("algoParams")] IReadOnlyList<string> AlgoParams);
