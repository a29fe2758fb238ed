using Appliance.Pkcs11;
using Appliance.Storage;

namespace Appliance.Signing.Provisioning;

/// <summary>What <see cref="CredentialProvisioning"/> is asked to make.</summary>
public sealed record CredentialOrder
{
    /// <summary>The owner.</summary>
    public required Guid SignerId { get; init; }

    /// <summary>The owner's profile that the credential belongs to.</summary>
    public required Guid ProfileId { get; init; }

    /// <summary>Whom the certificate or the CSR names.</summary>
    public required CertificateSubject Subject { get; init; }

    /// <summary>Type and size of the key.</summary>
    public required KeyAlgorithm Algorithm { get; init; }

    /// <summary>Validity of a certificate from the demo CA: 1, 2 or 3 years.</summary>
    public int Years { get; init; } = 1;

    /// <summary>Start of that validity, at most ten years ago; null for now.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>2: a SAD is bound to the hashes it authorises. 1: it is bound to their number only.</summary>
    public int Scal { get; init; } = 2;

    /// <summary>The most signatures one authorisation may cover: 1 to 1,000,000.</summary>
    public int Multisign { get; init; } = 1;

    /// <summary>
    /// Which hashes an extension may add; <see cref="ExtensionPolicy.Seal"/> for organisations only.
    /// </summary>
    public ExtensionPolicy Extension { get; init; } = ExtensionPolicy.Nested;

    /// <summary>How often a SAD serves signHash; for SCAL1 only.</summary>
    public SadReuse SadReuse { get; init; } = SadReuse.UntilExhausted;

    /// <summary>What the signer must give to authorise; none for organisations only.</summary>
    public CredentialFactors Factors { get; init; } = CredentialFactors.Totp;

    /// <summary>The store keeps the private key, wrapped under a key of the token, and not the token.</summary>
    public bool Wrapped { get; init; }

    /// <summary>Free text, at most 255 characters.</summary>
    public string Description { get; init; } = "";

    /// <summary>True for a PKCS#10 CSR instead of a certificate from the demo CA.</summary>
    public bool SigningRequest { get; init; }

    /// <summary>The policy for who orders nothing else: organisations seal, persons see what they sign.</summary>
    public static ExtensionPolicy DefaultExtension(ProfileKind kind)
        => kind == ProfileKind.Organisation ? ExtensionPolicy.Seal : ExtensionPolicy.Nested;
}
