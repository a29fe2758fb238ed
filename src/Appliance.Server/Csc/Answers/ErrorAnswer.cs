using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Answers;

/// <summary>Every error's body (CSC API 1.0.4.0 section 10.1).</summary>
internal sealed record ErrorAnswer(
    [property: JsonPropertyName("error")] string Error,
    [property: JsonPropertyName("error_description")] string ErrorDescription);
