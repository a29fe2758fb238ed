using Appliance.Storage;

namespace Appliance.Signing;

/// <summary>A credential as credentials/info shows it (CSC API v1 11.5, v2 11.5), wire-neutral.</summary>
public sealed class CredentialInfo
{
    /// <summary>The credentialID.</summary>
    public required Guid Id { get; init; }

    /// <summary>Free text, at most 255 characters.</summary>
    public required string Description { get; init; }

    /// <summary>False when the owner or an operator disabled it, or its certificate is not usable.</summary>
    public required bool KeyEnabled { get; init; }

    /// <summary>OIDs of the algorithms that signHash takes with this key, best first (csc-api section 6).</summary>
    public required IReadOnlyList<string> Algorithms { get; init; }

    /// <summary>Bits: RSA modulus length, or EC field size.</summary>
    public required int KeyLength { get; init; }

    /// <summary>The curve's OID; null for RSA.</summary>
    public required string? Curve { get; init; }

    /// <summary>DER certificates, leaf first. Empty while a CSR waits for its certificate.</summary>
    public required IReadOnlyList<byte[]> Certificates { get; init; }

    /// <summary>valid, expired, revoked or suspended (CSC cert.status).</summary>
    public required string CertificateStatus { get; init; }

    /// <summary>1 or 2.</summary>
    public required int Scal { get; init; }

    /// <summary>What the signer must give to authorise.</summary>
    public required CredentialFactors Factors { get; init; }

    /// <summary>Upper bound for numSignatures.</summary>
    public required int Multisign { get; init; }
}
