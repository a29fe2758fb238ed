using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>What --json puts on standard error for a command that goes on all the same.</summary>
internal sealed record WarningDocument([property: JsonPropertyName("warning")] string Warning);
