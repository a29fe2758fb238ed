using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>What a failed command writes to standard error with --json.</summary>
internal sealed record ErrorDocument([property: JsonPropertyName("error")] string Error);
