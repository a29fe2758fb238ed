using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>Answer of `audit verify`.</summary>
internal sealed record AuditReportDocument
{
    /// <summary>True when nothing is wrong.</summary>
    [JsonPropertyName("sound")]
    public required bool Sound { get; init; }

    [JsonPropertyName("records")]
    public required long Records { get; init; }

    [JsonPropertyName("chains")]
    public required int Chains { get; init; }

    [JsonPropertyName("seals")]
    public required long Seals { get; init; }

    /// <summary>Seals that have a time stamp.</summary>
    [JsonPropertyName("timestamps")]
    public required long Timestamps { get; init; }

    /// <summary>Records that no seal covers yet.</summary>
    [JsonPropertyName("unsealed")]
    public required long Unsealed { get; init; }

    /// <summary>Records that are gone as their retention ended.</summary>
    [JsonPropertyName("removed")]
    public required long Removed { get; init; }

    [JsonPropertyName("seconds")]
    public required double Seconds { get; init; }

    /// <summary>How much is wrong; of that, the first thousand follow.</summary>
    [JsonPropertyName("findingCount")]
    public required long FindingCount { get; init; }

    [JsonPropertyName("findings")]
    public required IReadOnlyList<AuditFindingDocument> Findings { get; init; }

    /// <summary>What is worth knowing and not wrong.</summary>
    [JsonPropertyName("notices")]
    public required IReadOnlyList<string> Notices { get; init; }
}
