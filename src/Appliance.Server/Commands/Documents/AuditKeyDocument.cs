using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>Answer of `audit key`.</summary>
internal sealed record AuditKeyDocument([property: JsonPropertyName("publicKey")] string PublicKey);
