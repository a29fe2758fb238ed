using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Pkcs11;
using Appliance.Signing.Algorithms;

namespace Appliance.Signing.Provisioning;

/// <summary>
/// Lets the platform's <see cref="CertificateRequest"/> sign certificates and CSRs with a key in the token: PKCS#1
/// v1.5 for RSA, ECDSA in DER for EC keys, with the hash that fits the key's strength.
/// </summary>
internal sealed class TokenSignatureGenerator : X509SignatureGenerator
{
    private readonly Token _token;
    private readonly KeyReference _key;

    public TokenSignatureGenerator(Token token, KeyReference key)
    {
        _token = token;
        _key = key;
    }

    /// <summary>The hash to sign with: as strong as the key, no stronger.</summary>
    public static HashAlgorithmName HashFor(KeyAlgorithm algorithm) => algorithm switch
    {
        KeyAlgorithm.EcP384 => HashAlgorithmName.SHA384,
        KeyAlgorithm.EcP521 => HashAlgorithmName.SHA512,
        _ => HashAlgorithmName.SHA256,
    };

    /// <summary>AlgorithmIdentifier in DER: parameters NULL for RSA (RFC 4055), absent for ECDSA (RFC 5758).</summary>
    public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm)
    {
        var oid = SignatureOid(hashAlgorithm);
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(oid);
            if (_key.IsRsa)
            {
                writer.WriteNull();
            }
        }

        return writer.Encode();
    }

    public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm)
    {
        var hash = CryptographicOperations.HashData(hashAlgorithm, data);
        var kind = _key.IsRsa ? SignatureKind.RsaPkcs1 : SignatureKind.EcdsaDer;
        return _token.Sign(_key, new SignatureScheme(kind, hashAlgorithm), hash);
    }

    protected override PublicKey BuildPublicKey()
        => PublicKey.CreateFromSubjectPublicKeyInfo(_key.SubjectPublicKeyInfo.Span, out _);

    private string SignatureOid(HashAlgorithmName hash)
    {
        var candidates = SignatureAlgorithm.For(_key.IsRsa ? KeyAlgorithm.Rsa2048 : KeyAlgorithm.EcP256);
        var kind = _key.IsRsa ? SignatureKind.RsaPkcs1 : SignatureKind.EcdsaDer;
        foreach (var oid in candidates)
        {
            if (SignatureAlgorithm.Find(oid) is { } known && known.Kind == kind && known.Hash?.Name == hash)
            {
                return oid;
            }
        }

        throw new ArgumentOutOfRangeException(nameof(hash), hash.Name, "Sign with SHA-256, SHA-384 or SHA-512.");
    }
}
