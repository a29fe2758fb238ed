using System.Formats.Asn1;
using System.Globalization;

namespace Appliance.Pkcs11.Keys;

/// <summary>
/// What the signing path must know of a public key: its family and size, and the RSA modulus or the uncompressed point.
/// </summary>
internal readonly record struct PublicKeyShape(PublicKeyKind Kind, int Bits, ReadOnlyMemory<byte> Value)
{
    private const int MinRsaBits = 2048;
    private const int MaxRsaBits = 8192;

    /// <summary>Of an RSA key.</summary>
    public ReadOnlyMemory<byte> Modulus => Kind == PublicKeyKind.Rsa ? Value : default;

    /// <summary>Of an elliptic-curve key.</summary>
    public ReadOnlyMemory<byte> Point => Kind == PublicKeyKind.Ec ? Value : default;

    /// <summary>Bytes of an RSA signature, or of r and s each.</summary>
    public int SizeBytes => (Bits + 7) / 8;

    /// <summary>Bytes that CKM_RSA_PKCS, CKM_RSA_PKCS_PSS or CKM_ECDSA return.</summary>
    public int RawSignatureSize => Kind == PublicKeyKind.Ec ? 2 * SizeBytes : SizeBytes;

    /// <summary>Reads SubjectPublicKeyInfo (RFC 5280 4.1.2.7, RFC 3279 2.3.1, RFC 5480 2.1.1).</summary>
    public static PublicKeyShape Read(ReadOnlyMemory<byte> subjectPublicKeyInfo)
    {
        try
        {
            var reader = new AsnReader(subjectPublicKeyInfo, AsnEncodingRules.DER);
            var info = reader.ReadSequence();
            reader.ThrowIfNotEmpty();
            var algorithm = info.ReadSequence();
            var oid = algorithm.ReadObjectIdentifier();
            return oid switch
            {
                SubjectPublicKeyInfoWriter.RsaEncryption => ReadRsa(info),
                SubjectPublicKeyInfoWriter.EcPublicKey
                    => ReadEc(algorithm.ReadObjectIdentifier(), info.ReadBitString(out _)),
                _ => throw new ArgumentException(
                    $"Public keys of algorithm {oid} are not served; use RSA or ECDSA.", nameof(subjectPublicKeyInfo)),
            };
        }
        catch (AsnContentException e)
        {
            throw new ArgumentException(
                $"The public key cannot be used. {e.Message}", nameof(subjectPublicKeyInfo), e);
        }
    }

    private static PublicKeyShape ReadRsa(AsnReader info)
    {
        var bits = info.ReadBitString(out _);
        var key = new AsnReader(bits, AsnEncodingRules.DER).ReadSequence();
        var modulus = key.ReadIntegerBytes();
        if (modulus.Length > 1 && modulus.Span[0] == 0)
        {
            modulus = modulus[1..];
        }

        var size = modulus.Length * 8;
        return size is >= MinRsaBits and <= MaxRsaBits
            ? new PublicKeyShape(PublicKeyKind.Rsa, size, modulus)
            : throw new AsnContentException(string.Create(
                CultureInfo.InvariantCulture,
                $"RSA keys have {MinRsaBits} to {MaxRsaBits} bits; this one has {size}."));
    }

    private static PublicKeyShape ReadEc(string curve, ReadOnlyMemory<byte> point)
    {
        var bits = curve switch
        {
            SubjectPublicKeyInfoWriter.P256 => 256,
            SubjectPublicKeyInfoWriter.P384 => 384,
            SubjectPublicKeyInfoWriter.P521 => 521,
            _ => throw new AsnContentException($"Curve {curve} is not served; use P-256, P-384 or P-521."),
        };
        return new PublicKeyShape(PublicKeyKind.Ec, bits, point);
    }
}
