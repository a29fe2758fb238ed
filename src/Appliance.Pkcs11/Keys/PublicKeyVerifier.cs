using System.Security.Cryptography;

namespace Appliance.Pkcs11.Keys;

/// <summary>
/// Verifies with the platform's cryptography and the credential's public key: the proof of a found key.
/// </summary>
internal static class PublicKeyVerifier
{
    /// <summary>False also when the public key is no key, for example a point off its curve.</summary>
    public static bool Verify(
        KeyReference key, SignatureScheme scheme, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        try
        {
            return VerifyCore(key, scheme, hash, signature);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static bool VerifyCore(
        KeyReference key, SignatureScheme scheme, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        if (key.IsRsa)
        {
            using var rsa = RSA.Create();
            rsa.ImportSubjectPublicKeyInfo(key.SubjectPublicKeyInfo.Span, out _);
            if (scheme.Kind == SignatureKind.RsaPkcs1)
            {
                return rsa.VerifyHash(hash, signature, scheme.HashAlgorithm, RSASignaturePadding.Pkcs1);
            }

            return scheme.SaltLength == scheme.HashLength
                ? rsa.VerifyHash(hash, signature, scheme.HashAlgorithm, RSASignaturePadding.Pss)
                : PssVerifier.Verify(rsa.ExportParameters(false), scheme, hash, signature);
        }

        using var ecdsa = ECDsa.Create();
        ecdsa.ImportSubjectPublicKeyInfo(key.SubjectPublicKeyInfo.Span, out _);
        var format = scheme.Kind == SignatureKind.EcdsaPlain
            ? DSASignatureFormat.IeeeP1363FixedFieldConcatenation
            : DSASignatureFormat.Rfc3279DerSequence;
        return ecdsa.VerifyHash(hash, signature, format);
    }
}
