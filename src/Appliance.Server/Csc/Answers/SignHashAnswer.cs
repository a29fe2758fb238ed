using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Answers;

/// <summary>signatures/signHash (CSC API v1 11.9): an array even for one, in the order of the hashes.</summary>
internal sealed record SignHashAnswer(
    [property: JsonPropertyName("signatures")] IReadOnlyList<byte[]> Signatures);
