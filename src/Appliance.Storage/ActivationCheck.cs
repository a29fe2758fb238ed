namespace Appliance.Storage;

/// <summary>What a reservation looks at: the activation and the present state of its credential and signer.</summary>
public readonly record struct ActivationCheck
{
    /// <summary>The activation's number inside the store.</summary>
    public required long Sequence { get; init; }

    /// <summary>For which credential.</summary>
    public required Guid CredentialId { get; init; }

    /// <summary>By which signer.</summary>
    public required Guid SignerId { get; init; }

    /// <summary>To which client application.</summary>
    public required Guid ClientId { get; init; }

    /// <summary>Open or void.</summary>
    public required ActivationState State { get; init; }

    /// <summary>1 or 2.</summary>
    public required int Scal { get; init; }

    /// <summary>Signatures granted.</summary>
    public required int Total { get; init; }

    /// <summary>How many of the total came with a hash.</summary>
    public required int Given { get; init; }

    /// <summary>When the chain of activations was authorised, Unix milliseconds; 0 in rows made before.</summary>
    public required long AuthorisedAt { get; init; }

    /// <summary>Signatures left.</summary>
    public required int Remaining { get; init; }

    /// <summary>Unix milliseconds.</summary>
    public required long ExpiresAt { get; init; }

    /// <summary>Over what never changes.</summary>
    public required UInt128 Mac { get; init; }

    /// <summary>The credential's state now.</summary>
    public required CredentialState CredentialState { get; init; }

    /// <summary>The credential's version now.</summary>
    public required long CredentialVersion { get; init; }

    /// <summary>Start of the certificate's validity, Unix milliseconds.</summary>
    public required long NotBefore { get; init; }

    /// <summary>End of the certificate's validity, Unix milliseconds.</summary>
    public required long NotAfter { get; init; }

    /// <summary>The signer's state now.</summary>
    public required SignerState SignerState { get; init; }

    /// <summary>What it is for.</summary>
    public ActivationPurpose Purpose { get; init; }

    /// <summary>Whether its client may use the credential now.</summary>
    public ClientStanding Client { get; init; }
}
