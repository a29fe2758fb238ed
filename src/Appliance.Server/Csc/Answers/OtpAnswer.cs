using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Answers;

/// <summary>The object OTP of version 1 (11.5). presence is a string that looks like a boolean.</summary>
internal sealed record OtpAnswer(
    [property: JsonPropertyName("presence")] string Presence,
    [property: JsonPropertyName("type")] string? Type,
    [property: JsonPropertyName("format")] string? Format,
    [property: JsonPropertyName("label")] string? Label,
    [property: JsonPropertyName("ID")] string? Id,
    [property: JsonPropertyName("provider")] string? Provider);
