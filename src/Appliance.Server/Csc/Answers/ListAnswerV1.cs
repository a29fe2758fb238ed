using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Answers;

/// <summary>credentials/list of version 1 (11.4); nextPageToken is absent on the last page.</summary>
internal sealed record ListAnswerV1(
    [property: JsonPropertyName("credentialIDs")] IReadOnlyList<string> CredentialIds,
    [property: JsonPropertyName("nextPageToken")] string? NextPageToken);
