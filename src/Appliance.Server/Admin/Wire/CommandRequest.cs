using System.Text.Json.Serialization;

namespace Appliance.Server.Admin.Wire;

/// <summary>A command for the server: its arguments, and how its caller's terminal is. Never a secret.</summary>
internal sealed record CommandRequest
{
    /// <summary>The one version there is; another is refused.</summary>
    public const int CurrentVersion = 1;

    [JsonPropertyName("version")]
    public required int Version { get; init; }

    [JsonPropertyName("arguments")]
    public required string[] Arguments { get; init; }

    /// <summary>True when the output is a terminal, with its colours and width.</summary>
    [JsonPropertyName("terminal")]
    public bool Terminal { get; init; }

    [JsonPropertyName("ansi")]
    public bool Ansi { get; init; }

    [JsonPropertyName("width")]
    public int Width { get; init; }
}
