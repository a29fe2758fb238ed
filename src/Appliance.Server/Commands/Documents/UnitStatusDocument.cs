using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>A time-stamping unit of a running server.</summary>
internal sealed record UnitStatusDocument
{
    [JsonPropertyName("unit")]
    public required string Unit { get; init; }

    /// <summary>The one of requests that name none, dotted decimal.</summary>
    [JsonPropertyName("policy")]
    public required string Policy { get; init; }

    [JsonPropertyName("algorithm")]
    public required string Algorithm { get; init; }

    /// <summary>open or clients.</summary>
    [JsonPropertyName("access")]
    public required string Access { get; init; }

    /// <summary>Certificate and key can be used until then.</summary>
    [JsonPropertyName("usableUntil")]
    public required DateTimeOffset UsableUntil { get; init; }

    /// <summary>That was less than 30 days ahead, or is past.</summary>
    [JsonPropertyName("endsSoon")]
    public required bool EndsSoon { get; init; }

    /// <summary>It is past: the unit issues nothing any more.</summary>
    [JsonPropertyName("ended")]
    public required bool Ended { get; init; }

    /// <summary>Whether its clock's sources agree; it issues nothing while they do not.</summary>
    [JsonPropertyName("clockTrusted")]
    public required bool ClockTrusted { get; init; }

    /// <summary>Why not, or that they do.</summary>
    [JsonPropertyName("clock")]
    public required string Clock { get; init; }
}
