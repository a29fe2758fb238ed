namespace Appliance.Storage;

/// <summary>A credential: a key in a token, its certificates and its rules.</summary>
/// <param name="Id">The credentialID.</param>
/// <param name="ProfileId">The profile it belongs to.</param>
/// <param name="SignerId">The signer it belongs to.</param>
/// <param name="KeyId">CKA_ID of the key pair.</param>
/// <param name="KeyLabel">CKA_LABEL of the key pair.</param>
/// <param name="KeyAlgorithm">The key algorithm's number, as the caller defines it.</param>
/// <param name="PublicKey">SubjectPublicKeyInfo, DER.</param>
/// <param name="LinkMac">Ties the id to the public key and the policies.</param>
/// <param name="Certificates">DER, leaf first; empty while one is awaited.</param>
/// <param name="State">Whether it may sign.</param>
/// <param name="Scal">1 or 2.</param>
/// <param name="Multisign">Upper bound of signatures per activation.</param>
/// <param name="Description">Free text.</param>
/// <param name="NotBefore">Start of the certificate's validity, Unix milliseconds.</param>
/// <param name="NotAfter">End of the certificate's validity, Unix milliseconds.</param>
/// <param name="Version">Raised by every change, so that a cached copy can be recognised as old.</param>
/// <param name="CreatedAt">Unix milliseconds.</param>
public sealed record CredentialRow(
    Guid Id,
    Guid ProfileId,
    Guid SignerId,
    byte[] KeyId,
    string KeyLabel,
    int KeyAlgorithm,
    byte[] PublicKey,
    byte[] LinkMac,
    IReadOnlyList<byte[]> Certificates,
    CredentialState State,
    int Scal,
    int Multisign,
    string Description,
    long NotBefore,
    long NotAfter,
    long Version,
    long CreatedAt)
{
    /// <summary>Which hashes an extension may add.</summary>
    public ExtensionPolicy Extension { get; init; } = ExtensionPolicy.Nested;

    /// <summary>How often a SAD serves signHash; for SCAL1 only.</summary>
    public SadReuse SadReuse { get; init; } = SadReuse.UntilExhausted;

    /// <summary>What the signer must give to authorise.</summary>
    public CredentialFactors Factors { get; init; } = CredentialFactors.Totp;

    /// <summary>Signs only while a package has transactions left.</summary>
    public bool Metered { get; init; }

    /// <summary>
    /// CKA_ID of the key that <see cref="WrappedKey"/> is under; empty where the token keeps the key.
    /// </summary>
    public byte[] WrappingKeyId { get; init; } = [];

    /// <summary>The private key, wrapped (RFC 5649); empty where the token keeps it.</summary>
    public byte[] WrappedKey { get; init; } = [];
}
