namespace Appliance.Pkcs11;

/// <summary>
/// How a token protects a secret for storage outside it. Values are stored: never renumber. Never ECB.
/// </summary>
public enum WrapMechanism
{
    /// <summary>AES key wrap with padding (RFC 5649): CKM_AES_KEY_WRAP_KWP, or 0x210A where that is RFC 5649.</summary>
    AesKeyWrapPad = 1,

    /// <summary>AES-GCM with a random 96-bit IV and 128-bit tag (NIST SP 800-38D).</summary>
    AesGcm = 2,

    /// <summary>RSA-OAEP (RFC 8017 section 7.1) with SHA-256, or SHA-1 where the token has no other.</summary>
    RsaOaep = 3,
}
