using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Answers;

/// <summary>oauth2/token (CSC API v1 8.3.3, v2 8.4.4; RFC 6749 section 5.1).</summary>
internal sealed record TokenAnswer(
    [property: JsonPropertyName("access_token")] string AccessToken,
    [property: JsonPropertyName("token_type")] string TokenType,
    [property: JsonPropertyName("expires_in")] int ExpiresIn);
