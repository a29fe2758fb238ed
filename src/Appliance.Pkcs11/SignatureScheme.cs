using System.Security.Cryptography;
using Appliance.Pkcs11.Schemes;

namespace Appliance.Pkcs11;

/// <summary>
/// How to sign a hash. Immutable and comparable; everything the signing path needs is computed here once.
/// Hashes: SHA-256, SHA-384, SHA-512 for all kinds; SHA3-256, SHA3-384, SHA3-512 except for PSS.
/// </summary>
public sealed record SignatureScheme
{
    /// <summary>A scheme.</summary>
    /// <param name="kind">Kind of signature.</param>
    /// <param name="hashAlgorithm">Hash that the caller has computed.</param>
    /// <param name="saltLength">PSS only: salt in bytes, 0 to 64; null takes the hash's length.</param>
    /// <exception cref="ArgumentException">The hash is not one of those, or the salt not in range.</exception>
    public SignatureScheme(SignatureKind kind, HashAlgorithmName hashAlgorithm, int? saltLength = null)
    {
        Hash = HashFacts.Of(hashAlgorithm);
        Kind = kind;
        HashAlgorithm = hashAlgorithm;
        if (kind != SignatureKind.RsaPss)
        {
            return;
        }

        if (Hash.Mgf == 0)
        {
            throw new ArgumentException(
                $"RSASSA-PSS with {hashAlgorithm.Name} is not served; use SHA-2.", nameof(hashAlgorithm));
        }

        SaltLength = saltLength ?? Hash.Length;
        if (SaltLength is < 0 or > 64)
        {
            throw new ArgumentException("A PSS salt has 0 to 64 bytes.", nameof(saltLength));
        }
    }

    /// <summary>Kind of signature.</summary>
    public SignatureKind Kind { get; }

    /// <summary>Hash that the caller has computed.</summary>
    public HashAlgorithmName HashAlgorithm { get; }

    /// <summary>Salt in bytes for PSS; 0 otherwise.</summary>
    public int SaltLength { get; }

    /// <summary>Length in bytes that every hash must have.</summary>
    public int HashLength => Hash.Length;

    internal HashFacts Hash { get; }

    /// <summary>True when the scheme and the key are of one family.</summary>
    public bool Fits(KeyReference key)
        => Kind is SignatureKind.RsaPkcs1 or SignatureKind.RsaPss ? key.IsRsa : key.IsEc;
}
