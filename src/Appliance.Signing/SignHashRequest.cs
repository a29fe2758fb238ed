namespace Appliance.Signing;

/// <summary>One signHash (CSC API v1 11.9, v2 11.10), wire-neutral: REST and gRPC both build it.</summary>
public sealed class SignHashRequest
{
    /// <summary>The authenticated caller.</summary>
    public required Caller Caller { get; init; }

    /// <summary>The credential to sign with.</summary>
    public required Guid CredentialId { get; init; }

    /// <summary>The SAD as the client sent it: base64url text, at most 1,024 characters.</summary>
    public required string Sad { get; init; }

    /// <summary>The raw digests, 1 to 10,000, in the order in which signatures are wanted.</summary>
    public required IReadOnlyList<byte[]> Hashes { get; init; }

    /// <summary>The signature algorithm's OID (csc-api section 6).</summary>
    public required string SignatureAlgorithm { get; init; }

    /// <summary>The hash algorithm's OID; null when the signature algorithm implies it.</summary>
    public string? HashAlgorithm { get; init; }

    /// <summary>DER of the algorithm's parameters (RSASSA-PSS-params); null when absent.</summary>
    public byte[]? SignatureParameters { get; init; }

    /// <summary>
    /// The client's id for this request, 1 to 255 visible ASCII characters: asked for again with the same SAD,
    /// credential, scheme and hashes, it gives the recorded signatures and uses nothing up. Null for none.
    /// </summary>
    public string? RequestId { get; init; }

    /// <summary>
    /// True for one of many that nobody waits for at a screen: interactive work goes first in the ledger and at the
    /// token. With more than 16 hashes it is bulk anyway.
    /// </summary>
    public bool IsBulk { get; init; }

    /// <summary>
    /// Timestamp, of the slots' clock, from which nobody waits for it: what no session has begun by then is not signed.
    /// With a request id it is signed and recorded all the same. 0 for none.
    /// </summary>
    public long Deadline { get; init; }
}
