using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Answers;

/// <summary>What limiting or restoring a signer did (proto/appliance/v1/signers.proto).</summary>
internal sealed record LimitAnswer(
    [property: JsonPropertyName("signerID")] string SignerId,
    [property: JsonPropertyName("state")] string State,
    [property: JsonPropertyName("credentials")] int Credentials);
