using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>A slot in the answer of `status`.</summary>
internal sealed record SlotDocument
{
    /// <summary>What the settings call it: token, or the name under Slots.</summary>
    [JsonPropertyName("slot")]
    public required string Slot { get; init; }

    /// <summary>The token, or where it is missing what the settings choose it by.</summary>
    [JsonPropertyName("token")]
    public required string Token { get; init; }

    /// <summary>ready, suspect, quarantined, probing, draining; absent for one that has not come yet.</summary>
    [JsonPropertyName("state")]
    public required string State { get; init; }

    [JsonPropertyName("healthy")]
    public required bool Healthy { get; init; }

    /// <summary>inProcess or process.</summary>
    [JsonPropertyName("hosting")]
    public required string Hosting { get; init; }

    /// <summary>The vendor profile that it goes by; null for one that has not come yet.</summary>
    [JsonPropertyName("profile")]
    public required string? Profile { get; init; }

    [JsonPropertyName("sessions")]
    public required int Sessions { get; init; }

    [JsonPropertyName("waiting")]
    public required int Waiting { get; init; }

    [JsonPropertyName("inFlight")]
    public required int InFlight { get; init; }

    /// <summary>Null while nothing went wrong.</summary>
    [JsonPropertyName("lastError")]
    public required string? LastError { get; init; }

    /// <summary>Why it is absent; null where it is not.</summary>
    [JsonPropertyName("obstacle")]
    public required string? Obstacle { get; init; }
}
