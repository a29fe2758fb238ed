using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>Answer of `audit prune`.</summary>
internal sealed record AuditPruneDocument(
    [property: JsonPropertyName("seal")] long? Seal,
    [property: JsonPropertyName("chains")] int Chains,
    [property: JsonPropertyName("records")] long Records);
