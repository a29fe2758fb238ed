using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>A token's slot in the answer of `status`.</summary>
internal sealed record SlotDocument
{
    [JsonPropertyName("token")]
    public required string Token { get; init; }

    [JsonPropertyName("healthy")]
    public required bool Healthy { get; init; }

    [JsonPropertyName("sessions")]
    public required int Sessions { get; init; }

    [JsonPropertyName("waiting")]
    public required int Waiting { get; init; }

    [JsonPropertyName("inFlight")]
    public required int InFlight { get; init; }

    /// <summary>Null while nothing went wrong.</summary>
    [JsonPropertyName("lastError")]
    public required string? LastError { get; init; }
}
