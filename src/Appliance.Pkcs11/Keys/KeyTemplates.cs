using System.Text;
using Appliance.Pkcs11.Interop;

namespace Appliance.Pkcs11.Keys;

/// <summary>
/// Attribute templates for new keys. Everything that defaults differently between tokens is said: a signing key that
/// may also decrypt, because a token thought so, would be a hole.
/// </summary>
internal static class KeyTemplates
{
    private const uint AesKeyBytes = 32;

    public static uint GenerationMechanism(KeyAlgorithm algorithm)
        => IsRsa(algorithm) ? CKM.CKM_RSA_PKCS_KEY_PAIR_GEN : CKM.CKM_EC_KEY_PAIR_GEN;

    public static AttributeTemplate PublicKey(KeyAlgorithm algorithm, ReadOnlySpan<byte> id, string label, KeyUse use)
    {
        var template = Named(new AttributeTemplate(), id, label)
            .Add(CKA.CKA_TOKEN, value: true)
            .Add(CKA.CKA_PRIVATE, value: false)
            .Add(CKA.CKA_VERIFY, use == KeyUse.Sign);
        if (!IsRsa(algorithm))
        {
            return template.Add(CKA.CKA_EC_PARAMS, CurveParameters(algorithm));
        }

        return template
            .Add(CKA.CKA_ENCRYPT, use == KeyUse.Decrypt)
            .Add(CKA.CKA_WRAP, use == KeyUse.Decrypt)
            .Add(CKA.CKA_MODULUS_BITS, RsaBits(algorithm))
            .Add(CKA.CKA_PUBLIC_EXPONENT, [0x01, 0x00, 0x01]);
    }

    public static AttributeTemplate PrivateKey(KeyAlgorithm algorithm, ReadOnlySpan<byte> id, string label, KeyUse use)
    {
        var template = ProtectedKey(id, label).Add(CKA.CKA_SIGN, use == KeyUse.Sign);
        return IsRsa(algorithm)
            ? template.Add(CKA.CKA_DECRYPT, use == KeyUse.Decrypt).Add(CKA.CKA_UNWRAP, use == KeyUse.Decrypt)
            : template.Add(CKA.CKA_DERIVE, value: false);
    }

    public static AttributeTemplate WrappingKey(ReadOnlySpan<byte> id, string label)
        => ProtectedKey(id, label)
            .Add(CKA.CKA_VALUE_LEN, AesKeyBytes)
            .Add(CKA.CKA_ENCRYPT, value: true)
            .Add(CKA.CKA_DECRYPT, value: true)
            .Add(CKA.CKA_WRAP, value: true)
            .Add(CKA.CKA_UNWRAP, value: true);

    /// <summary>
    /// Wraps and unwraps keys, and nothing else: with CKA_DECRYPT it would turn wrapped keys into plain ones.
    /// </summary>
    public static AttributeTemplate KeyWrappingKey(ReadOnlySpan<byte> id, string label)
        => ProtectedKey(id, label)
            .Add(CKA.CKA_VALUE_LEN, AesKeyBytes)
            .Add(CKA.CKA_ENCRYPT, value: false)
            .Add(CKA.CKA_DECRYPT, value: false)
            .Add(CKA.CKA_SIGN, value: false)
            .Add(CKA.CKA_VERIFY, value: false)
            .Add(CKA.CKA_DERIVE, value: false)
            .Add(CKA.CKA_WRAP, value: true)
            .Add(CKA.CKA_UNWRAP, value: true);

    /// <summary>The public half of a pair that is wrapped and forgotten.</summary>
    public static AttributeTemplate PassingPublicKey(KeyAlgorithm algorithm)
    {
        var template = new AttributeTemplate()
            .Add(CKA.CKA_TOKEN, value: false)
            .Add(CKA.CKA_PRIVATE, value: false)
            .Add(CKA.CKA_VERIFY, value: true);
        return IsRsa(algorithm)
            ? template
                .Add(CKA.CKA_ENCRYPT, value: false)
                .Add(CKA.CKA_WRAP, value: false)
                .Add(CKA.CKA_MODULUS_BITS, RsaBits(algorithm))
                .Add(CKA.CKA_PUBLIC_EXPONENT, [0x01, 0x00, 0x01])
            : template.Add(CKA.CKA_EC_PARAMS, CurveParameters(algorithm));
    }

    /// <summary>
    /// The private half: lives as long as the session that makes it, and may leave the token, but only wrapped
    /// (CKA_SENSITIVE).
    /// </summary>
    public static AttributeTemplate PassingPrivateKey(KeyAlgorithm algorithm)
    {
        var template = new AttributeTemplate()
            .Add(CKA.CKA_TOKEN, value: false)
            .Add(CKA.CKA_PRIVATE, value: true)
            .Add(CKA.CKA_SENSITIVE, value: true)
            .Add(CKA.CKA_EXTRACTABLE, value: true)
            .Add(CKA.CKA_SIGN, value: true);
        return IsRsa(algorithm)
            ? template.Add(CKA.CKA_DECRYPT, value: false).Add(CKA.CKA_UNWRAP, value: false)
            : template.Add(CKA.CKA_DERIVE, value: false);
    }

    /// <summary>
    /// For C_UnwrapKey of a key that signs while its session lives, and does not leave the token again.
    /// </summary>
    /// <param name="key">What it is.</param>
    /// <param name="withPoint">For a token that asks for the public point too.</param>
    public static AttributeTemplate UnwrappedPrivateKey(KeyReference key, bool withPoint)
    {
        var template = Protected(Named(new AttributeTemplate(), key.Id.Span, key.Label), isKept: false)
            .Add(CKA.CKA_CLASS, CKO.CKO_PRIVATE_KEY)
            .Add(CKA.CKA_KEY_TYPE, key.IsRsa ? CKK.CKK_RSA : CKK.CKK_EC)
            .Add(CKA.CKA_SIGN, value: true);
        if (withPoint && key.IsEc)
        {
            template.Add(CKA.CKA_NSS_DB, key.Shape.Point.Span);
        }

        return key.IsRsa
            ? template.Add(CKA.CKA_DECRYPT, value: false).Add(CKA.CKA_UNWRAP, value: false)
            : template.Add(CKA.CKA_DERIVE, value: false);
    }

    /// <summary>For C_UnwrapKey: the key's own type is part of the template.</summary>
    public static AttributeTemplate ImportedPrivateKey(KeyReference key)
        => ProtectedKey(key.Id.Span, key.Label)
            .Add(CKA.CKA_CLASS, CKO.CKO_PRIVATE_KEY)
            .Add(CKA.CKA_KEY_TYPE, key.IsRsa ? CKK.CKK_RSA : CKK.CKK_EC)
            .Add(CKA.CKA_SIGN, value: true);

    /// <summary>A secret that passes through the token: not stored, and readable, since that is its purpose.</summary>
    public static AttributeTemplate PassingSecret()
        => new AttributeTemplate()
            .Add(CKA.CKA_CLASS, CKO.CKO_SECRET_KEY)
            .Add(CKA.CKA_KEY_TYPE, CKK.CKK_GENERIC_SECRET)
            .Add(CKA.CKA_TOKEN, value: false)
            .Add(CKA.CKA_PRIVATE, value: true)
            .Add(CKA.CKA_SENSITIVE, value: false)
            .Add(CKA.CKA_EXTRACTABLE, value: true);

    private static AttributeTemplate ProtectedKey(ReadOnlySpan<byte> id, string label)
        => Protected(Named(new AttributeTemplate(), id, label), isKept: true);

    private static AttributeTemplate Protected(AttributeTemplate template, bool isKept)
        => template
            .Add(CKA.CKA_TOKEN, isKept)
            .Add(CKA.CKA_PRIVATE, value: true)
            .Add(CKA.CKA_SENSITIVE, value: true)
            .Add(CKA.CKA_EXTRACTABLE, value: false);

    private static AttributeTemplate Named(AttributeTemplate template, ReadOnlySpan<byte> id, string label)
        => template.Add(CKA.CKA_ID, id).Add(CKA.CKA_LABEL, Encoding.UTF8.GetBytes(label));

    private static bool IsRsa(KeyAlgorithm algorithm)
        => algorithm is KeyAlgorithm.Rsa2048 or KeyAlgorithm.Rsa3072 or KeyAlgorithm.Rsa4096;

    private static uint RsaBits(KeyAlgorithm algorithm) => algorithm switch
    {
        KeyAlgorithm.Rsa2048 => 2048,
        KeyAlgorithm.Rsa3072 => 3072,
        _ => 4096,
    };

    /// <summary>DER OBJECT IDENTIFIER of the named curve (RFC 5480 section 2.1.1.1).</summary>
    private static ReadOnlySpan<byte> CurveParameters(KeyAlgorithm algorithm) => algorithm switch
    {
        KeyAlgorithm.EcP256 => [0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07],
        KeyAlgorithm.EcP384 => [0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22],
        KeyAlgorithm.EcP521 => [0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x23],
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "Not a key algorithm."),
    };
}
