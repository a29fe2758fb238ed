using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Answers;

/// <summary>credentials/authorize and authorizeCheck of version 2 with 202: the signer has not decided yet.</summary>
internal sealed record HandleAnswer([property: JsonPropertyName("handle")] string Handle);
