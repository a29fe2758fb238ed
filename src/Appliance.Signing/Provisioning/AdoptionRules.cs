using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Pkcs11;

namespace Appliance.Signing.Provisioning;

/// <summary>Which keys and certificates are good enough to be adopted.</summary>
internal static class AdoptionRules
{
    private const string OwnKeys = "appliance ";
    private const string OwnCredentials = "appliance credential ";
    private const int SmallestExponent = 65_537;

    /// <summary>Signature algorithms with MD2, MD5 or SHA-1 (RFC 8017 appendix C, RFC 5758, X9.62), and DSA.</summary>
    private static readonly string[] s_weak =
    [
        "1.2.840.113549.1.1.2", "1.2.840.113549.1.1.4", "1.2.840.113549.1.1.5", "1.3.14.3.2.29",
        "1.2.840.10045.4.1", "1.2.840.10040.4.3",
    ];

    /// <summary>Why a key is refused whatever its certificate is; null when it is not.</summary>
    public static string? ObstacleOf(TokenKeyPair key, bool allowExtractable)
    {
        if (key.Id.Length is 0 or > KeyReference.MaxIdLength)
        {
            return $"It has no CKA_ID of 1 to {KeyReference.MaxIdLength} bytes to be found by; give it one.";
        }

        if (key.Label.Length > KeyReference.MaxLabelLength)
        {
            return $"Its label has more than {KeyReference.MaxLabelLength} characters; shorten it.";
        }

        if (key.Label.StartsWith(OwnKeys, StringComparison.Ordinal)
            && !key.Label.StartsWith(OwnCredentials, StringComparison.Ordinal))
        {
            return "It is one of the appliance's own keys.";
        }

        if (key.Label.StartsWith(TimestampKeys.LabelPrefix, StringComparison.Ordinal))
        {
            return "It is a time-stamping unit's key, which signs nothing but time stamps.";
        }

        if (!key.CanSign)
        {
            return "It is not for signing (CKA_SIGN).";
        }

        if (key.AsksEachTime)
        {
            return "It asks for the PIN before each signature (CKA_ALWAYS_AUTHENTICATE), which a server cannot give.";
        }

        return key.IsExtractable && !allowExtractable
            ? "It may leave the token (CKA_EXTRACTABLE, or not CKA_SENSITIVE), so others may have it; "
                + "--allow-extractable takes it all the same."
            : null;
    }

    /// <summary>The algorithm of a public key; null where none is served, which includes what is too weak.</summary>
    public static KeyAlgorithm? AlgorithmOf(byte[] publicKey)
    {
        try
        {
            var key = new KeyReference([1], "", publicKey);
            return (key.IsRsa, key.KeySizeBits) switch
            {
                (true, 2048) when HasStrongExponent(publicKey) => KeyAlgorithm.Rsa2048,
                (true, 3072) when HasStrongExponent(publicKey) => KeyAlgorithm.Rsa3072,
                (true, 4096) when HasStrongExponent(publicKey) => KeyAlgorithm.Rsa4096,
                (false, 256) => KeyAlgorithm.EcP256,
                (false, 384) => KeyAlgorithm.EcP384,
                (false, 521) => KeyAlgorithm.EcP521,
                _ => null,
            };
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>
    /// Refuses a leaf that was signed with an algorithm that can be forged, and one for time stamps: such a key signs
    /// nothing else (EN 319 421 clause 7.6.2).
    /// </summary>
    /// <exception cref="ProvisioningException">It was.</exception>
    public static void CheckLeaf(byte[] leaf)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(leaf);
        if (certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Any(usage => usage.EnhancedKeyUsages
            .Cast<Oid>().Any(oid => string.Equals(oid.Value, TimestampKeys.Purpose, StringComparison.Ordinal))))
        {
            throw new ProvisioningException(
                "The certificate is for time stamps, whose key signs nothing else; ask the CA for another one.");
        }

        if (certificate.SignatureAlgorithm.Value is { } oid && s_weak.Contains(oid, StringComparer.Ordinal))
        {
            throw new ProvisioningException(
                $"The certificate is signed with {certificate.SignatureAlgorithm.FriendlyName ?? oid}, which is too "
                + "weak; ask the CA for a new one.");
        }
    }

    /// <summary>RSAPublicKey (RFC 8017 appendix A.1.1): smaller exponents help who forges.</summary>
    private static bool HasStrongExponent(byte[] publicKey)
    {
        var info = new AsnReader(publicKey, AsnEncodingRules.DER).ReadSequence();
        info.ReadSequence();
        var key = new AsnReader(info.ReadBitString(out _), AsnEncodingRules.DER).ReadSequence();
        key.ReadInteger();
        return key.ReadInteger() >= SmallestExponent;
    }
}
