namespace Appliance.Pkcs11;

/// <summary>Key pairs the appliance makes. Values are stored with the credential: never renumber.</summary>
public enum KeyAlgorithm
{
    /// <summary>RSA, modulus of 2048 bits, public exponent 65537.</summary>
    Rsa2048 = 1,

    /// <summary>RSA, modulus of 3072 bits, public exponent 65537.</summary>
    Rsa3072 = 2,

    /// <summary>RSA, modulus of 4096 bits, public exponent 65537.</summary>
    Rsa4096 = 3,

    /// <summary>NIST P-256 (secp256r1, prime256v1).</summary>
    EcP256 = 4,

    /// <summary>NIST P-384 (secp384r1).</summary>
    EcP384 = 5,

    /// <summary>NIST P-521 (secp521r1).</summary>
    EcP521 = 6,
}
