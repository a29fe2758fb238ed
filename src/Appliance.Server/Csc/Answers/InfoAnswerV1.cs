using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Answers;

/// <summary>info of version 1 (11.1).</summary>
internal sealed record InfoAnswerV1(
    [property: JsonPropertyName("specs")] string Specs,
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("logo")] string Logo,
    [property: JsonPropertyName("region")] string Region,
    [property: JsonPropertyName("lang")] string Lang,
    [property: JsonPropertyName("description")] string Description,
    [property: JsonPropertyName("authType")] IReadOnlyList<string> AuthType,
    [property: JsonPropertyName("oauth2")] string OAuth2,
    [property: JsonPropertyName("methods")] IReadOnlyList<string> Methods);
