using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>Answer of `status`: a running server at this moment.</summary>
internal sealed record StatusDocument
{
    [JsonPropertyName("version")]
    public required string Version { get; init; }

    [JsonPropertyName("pid")]
    public required int Pid { get; init; }

    [JsonPropertyName("startedAt")]
    public required DateTimeOffset StartedAt { get; init; }

    [JsonPropertyName("uptimeSeconds")]
    public required long UptimeSeconds { get; init; }

    [JsonPropertyName("store")]
    public required string Store { get; init; }

    /// <summary>True while some slot can sign.</summary>
    [JsonPropertyName("healthy")]
    public required bool Healthy { get; init; }

    [JsonPropertyName("slots")]
    public required IReadOnlyList<SlotDocument> Slots { get; init; }

    [JsonPropertyName("callsInFlight")]
    public required int CallsInFlight { get; init; }

    /// <summary>The newest audit seal that this node knows; null when it knows none.</summary>
    [JsonPropertyName("auditSeal")]
    public required long? AuditSeal { get; init; }

    /// <summary>When that was made.</summary>
    [JsonPropertyName("auditSealedAt")]
    public required DateTimeOffset? AuditSealedAt { get; init; }

    /// <summary>Why the trail is not sealed; null while it is.</summary>
    [JsonPropertyName("auditSealObstacle")]
    public required string? AuditSealObstacle { get; init; }

    /// <summary>Why seals have no time stamps; null while they have them, or are to have none.</summary>
    [JsonPropertyName("auditStampObstacle")]
    public required string? AuditStampObstacle { get; init; }

    /// <summary>The continuous exports of the trail.</summary>
    [JsonPropertyName("auditExports")]
    public required IReadOnlyList<AuditExportDocument> AuditExports { get; init; }

    /// <summary>Pieces of work that wait for a commit.</summary>
    [JsonPropertyName("ledgerWaiting")]
    public required int LedgerWaiting { get; init; }

    /// <summary>Transactions since the start.</summary>
    [JsonPropertyName("commits")]
    public required long Commits { get; init; }

    /// <summary>What time stamps rest on, without the drift log; null where there is no unit.</summary>
    [JsonPropertyName("clock")]
    public ClockDocument? Clock { get; init; }

    /// <summary>Messages to signers.</summary>
    [JsonPropertyName("notices")]
    public required NoticesDocument Notices { get; init; }

    /// <summary>Time-stamping units, the default one first; empty where there is no authority.</summary>
    [JsonPropertyName("timestampUnits")]
    public IReadOnlyList<UnitStatusDocument> TimestampUnits { get; init; } = [];
}
