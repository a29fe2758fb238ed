using System.Text.Json.Serialization;

namespace Appliance.Server.Hosting;

/// <summary>The answer of /healthz: one word, and why when it is not "ok".</summary>
internal sealed record HealthDocument(
    [property: JsonPropertyName("status")] string Status,
    [property: JsonPropertyName("reason")]
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason);
