using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>Answer of `factor invite` and `factor reset`.</summary>
internal sealed record InvitationDocument(
    [property: JsonPropertyName("user")] string User,
    [property: JsonPropertyName("sentTo")] string SentTo,
    [property: JsonPropertyName("expiresAt")] DateTimeOffset ExpiresAt);
