using System.Formats.Asn1;

namespace Appliance.Pkcs11.Keys;

/// <summary>
/// Builds DER SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7) from what a token tells of a public key.
/// </summary>
internal static class SubjectPublicKeyInfoWriter
{
    public const string RsaEncryption = "1.2.840.113549.1.1.1";
    public const string EcPublicKey = "1.2.840.10045.2.1";
    public const string P256 = "1.2.840.10045.3.1.7";
    public const string P384 = "1.3.132.0.34";
    public const string P521 = "1.3.132.0.35";

    /// <summary>RFC 3279 section 2.3.1: parameters NULL, RSAPublicKey in the BIT STRING.</summary>
    public static byte[] Rsa(ReadOnlySpan<byte> modulus, ReadOnlySpan<byte> publicExponent)
    {
        var key = new AsnWriter(AsnEncodingRules.DER);
        using (key.PushSequence())
        {
            key.WriteIntegerUnsigned(modulus.TrimStart((byte)0));
            key.WriteIntegerUnsigned(publicExponent.TrimStart((byte)0));
        }

        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(RsaEncryption);
                writer.WriteNull();
            }

            writer.WriteBitString(key.Encode());
        }

        return writer.Encode();
    }

    /// <summary>RFC 5480: the curve's OID as parameters, the uncompressed point in the BIT STRING.</summary>
    /// <param name="ecParameters">CKA_EC_PARAMS: DER OBJECT IDENTIFIER of the named curve.</param>
    /// <param name="ecPoint">CKA_EC_POINT: DER OCTET STRING by the standard, the bare point by some tokens.</param>
    public static byte[] Ec(ReadOnlySpan<byte> ecParameters, ReadOnlySpan<byte> ecPoint)
    {
        var oid = AsnDecoder.ReadObjectIdentifier(ecParameters, AsnEncodingRules.DER, out _);
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(EcPublicKey);
                writer.WriteObjectIdentifier(oid);
            }

            writer.WriteBitString(BarePoint(ecPoint));
        }

        return writer.Encode();
    }

    /// <summary>
    /// An uncompressed point begins with 04, which is also the tag of OCTET STRING: only the lengths tell them apart.
    /// Bare points of P-256, P-384 and P-521 have 65, 97 and 133 bytes, wrapped ones 67, 99 and 136.
    /// </summary>
    private static ReadOnlySpan<byte> BarePoint(ReadOnlySpan<byte> point)
        => point.Length is 65 or 97 or 133
            ? point
            : AsnDecoder.ReadOctetString(point, AsnEncodingRules.DER, out _);
}
