using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>One thing that is wrong with the audit trail.</summary>
internal sealed record AuditFindingDocument(
    [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("chain")] long? Chain,
    [property: JsonPropertyName("position")] long? Position,
    [property: JsonPropertyName("seal")] long? Seal,
    [property: JsonPropertyName("text")] string Text);
