using Appliance.Storage;

namespace Appliance.Signing;

/// <summary>What a signer is asked to approve: exactly what is going to be authorised.</summary>
public sealed class ApprovalInfo
{
    /// <summary>Names it; no secret.</summary>
    public required Guid Id { get; init; }

    /// <summary>Pending ones may have expired: see <see cref="ExpiresAt"/>.</summary>
    public required ApprovalState State { get; init; }

    /// <summary>Who decides.</summary>
    public required Guid SignerId { get; init; }

    /// <summary>The key that is going to sign.</summary>
    public required Guid CredentialId { get; init; }

    /// <summary>The asking client; empty for the signer itself.</summary>
    public required Guid ClientId { get; init; }

    /// <summary>Its name; empty for the signer itself.</summary>
    public required string Client { get; init; }

    /// <summary>What the client says that is signed, at most 500 characters; without control characters.</summary>
    public required string Description { get; init; }

    /// <summary>Signatures, at least one per hash.</summary>
    public required int Count { get; init; }

    /// <summary>The OID that came with the hashes; null where none did.</summary>
    public required string? HashAlgorithm { get; init; }

    /// <summary>The raw digests; empty where the SAD is bound to a number only.</summary>
    public required IReadOnlyList<byte[]> Hashes { get; init; }

    /// <summary>Unix milliseconds.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>Nobody decides from then on, Unix milliseconds.</summary>
    public required long ExpiresAt { get; init; }

    /// <summary>Whether approving takes a code of the signer's authenticator.</summary>
    public required bool NeedsCode { get; init; }
}
