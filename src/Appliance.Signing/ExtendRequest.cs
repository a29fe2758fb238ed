namespace Appliance.Signing;

/// <summary>One credentials/extendTransaction (CSC API v1 11.7, v2 11.9), wire-neutral.</summary>
public sealed class ExtendRequest
{
    /// <summary>The authenticated caller.</summary>
    public required Caller Caller { get; init; }

    /// <summary>The credential that the SAD was issued for.</summary>
    public required Guid CredentialId { get; init; }

    /// <summary>The current, unexpired SAD; void once the extension is answered.</summary>
    public required string Sad { get; init; }

    /// <summary>The new raw digests; required for SCAL2.</summary>
    public IReadOnlyList<byte[]> Hashes { get; init; } = [];

    /// <summary>The hash algorithm's OID (v2); null when absent.</summary>
    public string? HashAlgorithm { get; init; }
}
