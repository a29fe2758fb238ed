using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Answers;

/// <summary>The capacities in which a signer acts (proto/appliance/v1/signers.proto).</summary>
internal sealed record ProfilesAnswer(
    [property: JsonPropertyName("signerID")] string SignerId,
    [property: JsonPropertyName("state")] string State,
    [property: JsonPropertyName("profiles")] IReadOnlyList<ProfileAnswer> Profiles);
