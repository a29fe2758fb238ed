namespace Appliance.Ledger;

/// <summary>One record for the audit trail. Never a secret.</summary>
public readonly record struct AuditRecord
{
    /// <summary>Unix milliseconds.</summary>
    public required long At { get; init; }

    /// <summary>What happened.</summary>
    public required AuditEvent Event { get; init; }

    /// <summary>How it ended.</summary>
    public AuditOutcome Outcome { get; init; }

    /// <summary>The signer concerned.</summary>
    public Guid? SignerId { get; init; }

    /// <summary>The credential concerned.</summary>
    public Guid? CredentialId { get; init; }

    /// <summary>The activation concerned.</summary>
    public Guid? ActivationId { get; init; }

    /// <summary>The client application that asked.</summary>
    public Guid? ClientId { get; init; }

    /// <summary>The request: ties intent and outcome together.</summary>
    public Guid? RequestId { get; init; }

    /// <summary>How many signatures, hashes or rows it was about; 0 where that means nothing.</summary>
    public int Count { get; init; }

    /// <summary>The hash that was signed; for several, SHA-256 over all of them in order.</summary>
    public ReadOnlyMemory<byte> Digest { get; init; }

    /// <summary>Fixed text or a code, at most 255 characters; never a caller's input.</summary>
    public string? Detail { get; init; }

    /// <summary>
    /// The admin who did it, by the name of the operating system's user; null for what callers and the node itself do.
    /// </summary>
    public string? Actor { get; init; }
}
