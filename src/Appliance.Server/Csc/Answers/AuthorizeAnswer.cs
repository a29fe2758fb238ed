using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Answers;

/// <summary>
/// credentials/authorize and credentials/extendTransaction (CSC API v1 11.6 and 11.7). expiresIn is always there:
/// without it one client never lets a SAD expire (csc-api section 4.3).
/// </summary>
internal sealed record AuthorizeAnswer(
    [property: JsonPropertyName("SAD")] string Sad,
    [property: JsonPropertyName("expiresIn")] int ExpiresIn);
