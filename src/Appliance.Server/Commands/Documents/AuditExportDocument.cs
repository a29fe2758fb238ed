using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>A continuous export in the answer of `status`.</summary>
/// <param name="Name">file, syslog or webhook.</param>
/// <param name="Lag">Records that waited when it last looked.</param>
/// <param name="Obstacle">Why nothing is delivered; null while all is well.</param>
internal sealed record AuditExportDocument(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("lag")] long Lag,
    [property: JsonPropertyName("obstacle")] string? Obstacle);
