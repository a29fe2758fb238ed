using System.Security.Cryptography;
using Appliance.Pkcs11;
using Appliance.Timestamping.Asn1;

namespace Appliance.Timestamping.Tokens;

/// <summary>How a unit signs: digest, scheme, and the identifiers that say so in SignerInfo.</summary>
/// <param name="Digest">Hash of TSTInfo and of the signed attributes.</param>
/// <param name="Scheme">For the token.</param>
/// <param name="DigestIdentifier">Parameters absent (RFC 5754 section 2).</param>
/// <param name="SignatureIdentifier">rsaEncryption with NULL (RFC 3370 section 3.2), or ecdsa-with-SHA2.</param>
internal readonly record struct SignatureProfile(
    ImprintAlgorithm Digest,
    SignatureScheme Scheme,
    AlgorithmIdentifier DigestIdentifier,
    AlgorithmIdentifier SignatureIdentifier)
{
    /// <param name="key">RSA, or EC on P-256 or P-384.</param>
    /// <param name="digest">SHA-256, SHA-384 or SHA-512; null for that which fits the key's strength.</param>
    public static SignatureProfile For(KeyReference key, HashAlgorithmName? digest)
    {
        var algorithm = ImprintAlgorithm.ByName(digest ?? DefaultDigest(key));
        var scheme = new SignatureScheme(
            key.IsRsa ? SignatureKind.RsaPkcs1 : SignatureKind.EcdsaDer, algorithm.Name);
        var signature = key.IsRsa
            ? new AlgorithmIdentifier(Oids.RsaEncryption, new byte[] { Der.Null, 0 })
            : new AlgorithmIdentifier(EcdsaWith(algorithm));
        return new SignatureProfile(algorithm, scheme, new AlgorithmIdentifier(algorithm.Oid), signature);
    }

    private static HashAlgorithmName DefaultDigest(KeyReference key) => key switch
    {
        { IsEc: true, KeySizeBits: >= 384 } => HashAlgorithmName.SHA384,
        { IsRsa: true, KeySizeBits: >= 4096 } => HashAlgorithmName.SHA512,
        _ => HashAlgorithmName.SHA256,
    };

    private static string EcdsaWith(ImprintAlgorithm digest) => digest.Length switch
    {
        32 => Oids.EcdsaWithSha256,
        48 => Oids.EcdsaWithSha384,
        _ => Oids.EcdsaWithSha512,
    };
}
