using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>Answer of `factor activate`.</summary>
internal sealed record ActivationDocument(
    [property: JsonPropertyName("user")] string User,
    [property: JsonPropertyName("active")] bool Active);
