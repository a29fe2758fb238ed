using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>Answer of `timestamp batch`.</summary>
internal sealed record BatchDocument
{
    /// <summary>How many files have evidence now that had none.</summary>
    [JsonPropertyName("files")]
    public required int Files { get; init; }

    /// <summary>What the token over all of them says; left out when there were no files.</summary>
    [JsonPropertyName("token")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TokenDocument? Token { get; init; }
}
