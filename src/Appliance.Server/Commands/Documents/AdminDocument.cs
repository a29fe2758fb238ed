using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>An admin in the answers of `admin add`, `set-roles`, `remove` and `list`.</summary>
internal sealed record AdminDocument
{
    [JsonPropertyName("user")]
    public required string User { get; init; }

    [JsonPropertyName("roles")]
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>active, removed, or tampered for a row that this installation did not write.</summary>
    [JsonPropertyName("state")]
    public required string State { get; init; }

    [JsonPropertyName("createdAt")]
    public required DateTimeOffset CreatedAt { get; init; }
}
