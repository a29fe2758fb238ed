using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Answers;

/// <summary>auth/login (CSC API v1 11.2): the only answer with names in snake_case.</summary>
internal sealed record LoginAnswer(
    [property: JsonPropertyName("access_token")] string AccessToken,
    [property: JsonPropertyName("refresh_token")] string? RefreshToken,
    [property: JsonPropertyName("expires_in")] int ExpiresIn);
