using System.Text.Json.Serialization;
using Appliance.Timestamping;

namespace Appliance.Server.Commands.Documents;

/// <summary>One time stamp in the answer of `timestamp create`.</summary>
internal sealed record StampDocument
{
    /// <summary>What was stamped.</summary>
    [JsonPropertyName("file")]
    public required string File { get; init; }

    /// <summary>Where the time stamp is; null when there is none.</summary>
    [JsonPropertyName("output")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Output { get; init; }

    /// <summary>What the token says.</summary>
    [JsonPropertyName("token")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TokenDocument? Token { get; init; }

    /// <summary>Why there is none.</summary>
    [JsonPropertyName("error")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; init; }

    public static StampDocument Of(string file, string output, TimestampToken said)
        => new() { File = file, Output = output, Token = TokenDocument.Of(said) };
}
