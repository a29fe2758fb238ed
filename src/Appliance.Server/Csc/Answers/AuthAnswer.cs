using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Answers;

/// <summary>
/// The object auth of version 2 (11.5). mode is required; objects must be present for EUDI's parser, null where
/// authInfo was not asked for.
/// </summary>
internal sealed record AuthAnswer(
    [property: JsonPropertyName("mode")] string Mode,
    [property: JsonPropertyName("expression")] string? Expression,
    [property: JsonPropertyName("objects"), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    IReadOnlyList<AuthObjectAnswer>? Objects);
