using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>A package in the answers of `package grant`, `show` and `cancel`.</summary>
internal sealed record PackageDocument
{
    [JsonPropertyName("id")]
    public required Guid Id { get; init; }

    [JsonPropertyName("credential")]
    public required Guid Credential { get; init; }

    /// <summary>active, expired, cancelled or replaced.</summary>
    [JsonPropertyName("state")]
    public required string State { get; init; }

    /// <summary>The preset that was granted last; null for a free count.</summary>
    [JsonPropertyName("plan")]
    public int? Plan { get; init; }

    [JsonPropertyName("total")]
    public required int Total { get; init; }

    [JsonPropertyName("remaining")]
    public required int Remaining { get; init; }

    [JsonPropertyName("validFrom")]
    public required DateTimeOffset ValidFrom { get; init; }

    [JsonPropertyName("validUntil")]
    public required DateTimeOffset ValidUntil { get; init; }
}
