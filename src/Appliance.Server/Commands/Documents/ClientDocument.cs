using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>A client application in the answers of `client`.</summary>
internal sealed record ClientDocument
{
    /// <summary>The client_id.</summary>
    [JsonPropertyName("id")]
    public required Guid Id { get; init; }

    [JsonPropertyName("name")]
    public required string Name { get; init; }

    /// <summary>active, suspended, ended, or tampered for a row that this installation did not write.</summary>
    [JsonPropertyName("state")]
    public required string State { get; init; }

    /// <summary>The user name of its organisation.</summary>
    [JsonPropertyName("organisation")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required string? Organisation { get; init; }

    [JsonPropertyName("operations")]
    public required IReadOnlyList<string> Operations { get; init; }

    /// <summary>listed, organisation or all.</summary>
    [JsonPropertyName("reach")]
    public required string Reach { get; init; }

    /// <summary>Calls a second on each node; 0 for no limit.</summary>
    [JsonPropertyName("rate")]
    public required int Rate { get; init; }

    [JsonPropertyName("burst")]
    public required int Burst { get; init; }

    /// <summary>Calls in work at a time on each node; 0 for no limit.</summary>
    [JsonPropertyName("concurrency")]
    public required int Concurrency { get; init; }

    /// <summary>
    /// Time stamps on a day (UTC); 0 for no limit, null for what Timestamping:ClientsPerDay says.
    /// </summary>
    [JsonPropertyName("timestampsPerDay")]
    public required int? TimestampsPerDay { get; init; }

    /// <summary>In `client show` only: those that it had today; null where they are not counted.</summary>
    [JsonPropertyName("timestampsToday")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? TimestampsToday { get; init; }

    [JsonPropertyName("createdAt")]
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>In `client show` only.</summary>
    [JsonPropertyName("secrets")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ClientSecretDocument>? Secrets { get; init; }

    /// <summary>In `client show` only: those that it was given one by one.</summary>
    [JsonPropertyName("credentials")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Guid>? Credentials { get; init; }
}
