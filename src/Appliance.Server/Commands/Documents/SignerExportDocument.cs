using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>Answer of `signer export`: all that is kept of a signer, without secrets.</summary>
internal sealed record SignerExportDocument
{
    [JsonPropertyName("exportedAt")]
    public required DateTimeOffset ExportedAt { get; init; }

    [JsonPropertyName("id")]
    public required Guid Id { get; init; }

    [JsonPropertyName("user")]
    public required string User { get; init; }

    [JsonPropertyName("name")]
    public required string Name { get; init; }

    /// <summary>active, limited, restricted or erased.</summary>
    [JsonPropertyName("state")]
    public required string State { get; init; }

    [JsonPropertyName("createdAt")]
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Whether a password is set; its digest is nobody's to have.</summary>
    [JsonPropertyName("hasPassword")]
    public required bool HasPassword { get; init; }

    [JsonPropertyName("hasPin")]
    public required bool HasPin { get; init; }

    /// <summary>Null for a signer that is reached nowhere.</summary>
    [JsonPropertyName("contact")]
    public required ContactDocument? Contact { get; init; }

    [JsonPropertyName("profiles")]
    public required IReadOnlyList<ExportedProfile> Profiles { get; init; }

    [JsonPropertyName("credentials")]
    public required IReadOnlyList<ExportedCredential> Credentials { get; init; }

    /// <summary>The authenticator; null for none.</summary>
    [JsonPropertyName("authenticator")]
    public required ExportedFactor? Authenticator { get; init; }

    /// <summary>Messages on their way to it.</summary>
    [JsonPropertyName("messagesWaiting")]
    public required long MessagesWaiting { get; init; }

    /// <summary>Signatures that were made, as the trail below counts them.</summary>
    [JsonPropertyName("signatures")]
    public required long Signatures { get; init; }

    /// <summary>Authorisations that were given, as the trail below counts them.</summary>
    [JsonPropertyName("authorisations")]
    public required long Authorisations { get; init; }

    /// <summary>Audit records that concern it, oldest first.</summary>
    [JsonPropertyName("audit")]
    public required IReadOnlyList<AuditDocument> Audit { get; init; }

    /// <summary>True when there are more records than were taken.</summary>
    [JsonPropertyName("auditTruncated")]
    public required bool AuditTruncated { get; init; }
}
