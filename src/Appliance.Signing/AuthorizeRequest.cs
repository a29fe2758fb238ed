using Appliance.Storage;

namespace Appliance.Signing;

/// <summary>One credentials/authorize (CSC API v1 11.6, v2 11.7), wire-neutral.</summary>
public sealed class AuthorizeRequest
{
    /// <summary>The authenticated caller.</summary>
    public required Caller Caller { get; init; }

    /// <summary>The credential to activate.</summary>
    public required Guid CredentialId { get; init; }

    /// <summary>Signatures in the whole transaction, 1 to the credential's multisign.</summary>
    public required int SignatureCount { get; init; }

    /// <summary>The raw digests to authorise; may be empty for SCAL1 only. Never more than SignatureCount.</summary>
    public IReadOnlyList<byte[]> Hashes { get; init; } = [];

    /// <summary>The hash algorithm's OID (v2); null in v1, where signHash names it.</summary>
    public string? HashAlgorithm { get; init; }

    /// <summary>What is to be authorised. A TLS login has no hashes.</summary>
    public ActivationPurpose Purpose { get; init; }

    /// <summary>What the client sent to prove the signer's will.</summary>
    public SuppliedFactors Factors { get; init; } = SuppliedFactors.None;

    /// <summary>What the signer is shown where it approves out of band; at most 500 characters.</summary>
    public string Description { get; init; } = "";

    /// <summary>
    /// The caller is going to wait for the signer's approval, having no way to ask again (version 1): the approval
    /// lives no longer than that.
    /// </summary>
    public bool Waits { get; init; }
}
