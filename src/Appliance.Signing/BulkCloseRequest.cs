namespace Appliance.Signing;

/// <summary>The authorisation of a bulk activation, wire-neutral.</summary>
public sealed class BulkCloseRequest
{
    /// <summary>The authenticated caller: the one that began it.</summary>
    public required Caller Caller { get; init; }

    /// <summary>The bulk activation.</summary>
    public required Guid ActivationId { get; init; }

    /// <summary>How many hashes it has.</summary>
    public required int SignatureCount { get; init; }

    /// <summary>SHA-256 over all raw digests, in the order of their ordinals.</summary>
    public required ReadOnlyMemory<byte> Digest { get; init; }

    /// <summary>The OID of the hash algorithm that made the digests.</summary>
    public required string HashAlgorithm { get; init; }

    /// <summary>What the client sent to prove the signer's will.</summary>
    public SuppliedFactors Factors { get; init; } = SuppliedFactors.None;
}
