using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Answers;

/// <summary>What a signer is asked to approve (proto/appliance/v1/approvals.proto).</summary>
internal sealed record ApprovalAnswer(
    [property: JsonPropertyName("approvalID")] string ApprovalId,
    [property: JsonPropertyName("state")] string State,
    [property: JsonPropertyName("operation")] string Operation,
    [property: JsonPropertyName("signerID")] string SignerId,
    [property: JsonPropertyName("credentialID")] string CredentialId,
    [property: JsonPropertyName("clientID")] string? ClientId,
    [property: JsonPropertyName("client")] string? Client,
    [property: JsonPropertyName("description")] string? Description,
    [property: JsonPropertyName("numSignatures")] int NumSignatures,
    [property: JsonPropertyName("hashAlgorithmOID")] string? HashAlgorithmOid,
    [property: JsonPropertyName("hashes")] IReadOnlyList<byte[]> Hashes,
    [property: JsonPropertyName("createdAt")] string CreatedAt,
    [property: JsonPropertyName("expiresAt")] string ExpiresAt,
    [property: JsonPropertyName("asksForOTP")] bool AsksForOtp);
