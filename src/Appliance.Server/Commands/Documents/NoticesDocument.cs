using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>Messages to signers in the answer of `status`.</summary>
internal sealed record NoticesDocument
{
    /// <summary>Of all nodes.</summary>
    [JsonPropertyName("waiting")]
    public required long Waiting { get; init; }

    /// <summary>Of those that wait, how many were tried and failed so far.</summary>
    [JsonPropertyName("tried")]
    public required long Tried { get; init; }

    /// <summary>Null when none waits.</summary>
    [JsonPropertyName("oldestSeconds")]
    public required long? OldestSeconds { get; init; }

    /// <summary>By this node, now.</summary>
    [JsonPropertyName("inDelivery")]
    public required int InDelivery { get; init; }

    /// <summary>By this node since its start.</summary>
    [JsonPropertyName("delivered")]
    public required long Delivered { get; init; }

    /// <summary>By this node since its start.</summary>
    [JsonPropertyName("givenUp")]
    public required long GivenUp { get; init; }

    /// <summary>Why an attempt of this node last failed; null when none did.</summary>
    [JsonPropertyName("lastFault")]
    public required string? LastFault { get; init; }
}
