using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>A slot in the answers of `status` and `slots`.</summary>
internal sealed record SlotDocument
{
    /// <summary>What the settings call it: token, or the name under Slots.</summary>
    [JsonPropertyName("slot")]
    public required string Slot { get; init; }

    /// <summary>The group that it signs for.</summary>
    [JsonPropertyName("group")]
    public required string Group { get; init; }

    /// <summary>The token, or where it is missing what the settings choose it by.</summary>
    [JsonPropertyName("token")]
    public required string Token { get; init; }

    /// <summary>The token's label; null while it is missing.</summary>
    [JsonPropertyName("label")]
    public required string? Label { get; init; }

    /// <summary>The token's serial number; null while it is missing.</summary>
    [JsonPropertyName("serialNumber")]
    public required string? SerialNumber { get; init; }

    /// <summary>ready, suspect, quarantined, probing, draining; absent for one that has not come yet.</summary>
    [JsonPropertyName("state")]
    public required string State { get; init; }

    [JsonPropertyName("healthy")]
    public required bool Healthy { get; init; }

    /// <summary>Whether an operator has taken it out of service.</summary>
    [JsonPropertyName("drained")]
    public required bool Drained { get; init; }

    /// <summary>inProcess or process.</summary>
    [JsonPropertyName("hosting")]
    public required string Hosting { get; init; }

    /// <summary>The vendor profile that it goes by; null for one that has not come yet.</summary>
    [JsonPropertyName("profile")]
    public required string? Profile { get; init; }

    [JsonPropertyName("sessions")]
    public required int Sessions { get; init; }

    /// <summary>Most sessions that it opens now.</summary>
    [JsonPropertyName("sessionLimit")]
    public required int SessionLimit { get; init; }

    /// <summary>Calls that it is given at once, where that follows what it can do; else null.</summary>
    [JsonPropertyName("concurrency")]
    public required int? Concurrency { get; init; }

    [JsonPropertyName("waiting")]
    public required int Waiting { get; init; }

    [JsonPropertyName("inFlight")]
    public required int InFlight { get; init; }

    /// <summary>Smoothed time of one signature; 0 before the first.</summary>
    [JsonPropertyName("latencyMicroseconds")]
    public required long LatencyMicroseconds { get; init; }

    /// <summary>Since the start of the server.</summary>
    [JsonPropertyName("signatures")]
    public required long Signatures { get; init; }

    /// <summary>Those that did not verify; none was given out.</summary>
    [JsonPropertyName("wrongSignatures")]
    public required long WrongSignatures { get; init; }

    /// <summary>Calls that have not returned and whose threads were written off.</summary>
    [JsonPropertyName("hanging")]
    public required int Hanging { get; init; }

    /// <summary>How often all handles became worthless.</summary>
    [JsonPropertyName("generation")]
    public required int Generation { get; init; }

    /// <summary>What came back in place of CKR_OK, by name, and how often.</summary>
    [JsonPropertyName("errors")]
    public required IReadOnlyDictionary<string, long> Errors { get; init; }

    /// <summary>Null while nothing went wrong.</summary>
    [JsonPropertyName("lastError")]
    public required string? LastError { get; init; }

    /// <summary>Why it is absent; null where it is not.</summary>
    [JsonPropertyName("obstacle")]
    public required string? Obstacle { get; init; }
}
