using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>Answer of `signer restrict`, `signer lift` and `signer erase`.</summary>
internal sealed record SignerStateDocument(
    [property: JsonPropertyName("id")] Guid Id,
    [property: JsonPropertyName("state")] string State);
