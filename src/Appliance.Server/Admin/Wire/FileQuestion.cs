using System.Text.Json.Serialization;

namespace Appliance.Server.Admin.Wire;

/// <summary>What the server asks of the command's side.</summary>
internal sealed record FileQuestion
{
    /// <summary>As the command line has it; null where there is none.</summary>
    [JsonPropertyName("path")]
    public string? Path { get; init; }

    /// <summary>At most this many bytes, for a file to read.</summary>
    [JsonPropertyName("limit")]
    public int Limit { get; init; }

    /// <summary>For a file to write: only its owner may read it.</summary>
    [JsonPropertyName("secret")]
    public bool Secret { get; init; }

    /// <summary>For a file to write.</summary>
    [JsonPropertyName("content")]
    public byte[]? Content { get; init; }
}
