using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Answers;

/// <summary>credentials/list of version 2 (11.4): everything at once.</summary>
internal sealed record ListAnswerV2(
    [property: JsonPropertyName("credentialIDs")] IReadOnlyList<string> CredentialIds,
    [property: JsonPropertyName("credentialInfos")] IReadOnlyList<CredentialAnswerV2>? CredentialInfos,
    [property: JsonPropertyName("onlyValid")] bool? OnlyValid);
