using System.Security.Cryptography;

namespace Appliance.Pkcs11.Tests.Tokens;

/// <summary>The platform's verdict on a signature, written independently of the product's verifier.</summary>
internal static class Verification
{
    public static byte[] Hash(SignatureScheme scheme, ReadOnlySpan<byte> data)
        => CryptographicOperations.HashData(scheme.HashAlgorithm, data);

    public static bool IsGood(KeyReference key, SignatureScheme scheme, byte[] hash, byte[] signature)
    {
        if (scheme.Kind is SignatureKind.EcdsaDer or SignatureKind.EcdsaPlain)
        {
            using var ecdsa = ECDsa.Create();
            ecdsa.ImportSubjectPublicKeyInfo(key.SubjectPublicKeyInfo.Span, out _);
            return ecdsa.VerifyHash(
                hash,
                signature,
                scheme.Kind == SignatureKind.EcdsaDer
                    ? DSASignatureFormat.Rfc3279DerSequence
                    : DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }

        using var rsa = RSA.Create();
        rsa.ImportSubjectPublicKeyInfo(key.SubjectPublicKeyInfo.Span, out _);
        return rsa.VerifyHash(
            hash,
            signature,
            scheme.HashAlgorithm,
            scheme.Kind == SignatureKind.RsaPkcs1 ? RSASignaturePadding.Pkcs1 : RSASignaturePadding.Pss);
    }
}
