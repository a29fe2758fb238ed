using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Timestamping.Asn1;

namespace Appliance.Timestamping.Tokens;

/// <summary>
/// A granted TimeStampResp around a TSTInfo and a signature: CMS SignedData version 3 (RFC 5652 section 5) with one
/// SignerInfo. All but TSTInfo, its digest, the signature and the lengths around them is encoded once per key.
/// </summary>
internal sealed class TokenTemplate
{
    /// <summary>Identifiers and lengths around the parts of a token: nine, of five octets at most.</summary>
    private const int HeaderRoom = 9 * 5;

    /// <summary>PKIStatusInfo of a granted request.</summary>
    private static readonly byte[] s_granted = [Der.Sequence, 3, Der.Integer, 1, 0];
    private static readonly byte[] s_signedDataOid = Der.EncodeOid(Oids.SignedData);
    private static readonly byte[] s_tstInfoOid = Der.EncodeOid(Oids.TstInfo);

    private readonly byte[] _versionAndDigests;
    private readonly byte[] _certificates;
    private readonly byte[] _signer;
    private readonly byte[] _attributes;
    private readonly byte[] _signatureAlgorithm;
    private readonly int _digestOffset;
    private readonly HashAlgorithmName _digest;

    /// <param name="profile">How it is signed.</param>
    /// <param name="certificates">The unit's own first; then those above, as many as a response shall carry.</param>
    public TokenTemplate(in SignatureProfile profile, IReadOnlyList<X509Certificate2> certificates)
    {
        var digestIdentifier = Encode(profile.DigestIdentifier.Encode);
        _digest = profile.Digest.Name;
        DigestLength = profile.Digest.Length;
        _versionAndDigests = [Der.Integer, 1, 3, .. Wrap(Der.Set, digestIdentifier)];
        _certificates = Wrap(Der.Context0, SetOf([.. certificates.Select(certificate => certificate.RawData)]));
        _signer = [Der.Integer, 1, 1, .. Encode(writer => WriteSigner(writer, certificates[0])), .. digestIdentifier];
        _signatureAlgorithm = Encode(profile.SignatureIdentifier.Encode);
        _attributes = EncodeAttributes(certificates[0], DigestLength, out _digestOffset);
    }

    /// <summary>Octets of the digests of TSTInfo and of the signed attributes.</summary>
    public int DigestLength { get; }

    /// <summary>Octets of the signed attributes, the buffer that <see cref="Hash"/> needs.</summary>
    public int AttributesLength => _attributes.Length;

    /// <summary>Octets that a token has at most.</summary>
    /// <param name="tstInfo">Octets of its TSTInfo at most.</param>
    /// <param name="signature">Octets of its signature at most.</param>
    /// <param name="withCertificates">It carries the certificates.</param>
    public int MaxLength(int tstInfo, int signature, bool withCertificates)
        => HeaderRoom + s_signedDataOid.Length + s_tstInfoOid.Length + _versionAndDigests.Length + _signer.Length
            + _attributes.Length + _signatureAlgorithm.Length + (withCertificates ? _certificates.Length : 0)
            + tstInfo + signature;

    /// <summary>1 hashes TSTInfo, 2 puts that into the signed attributes, 3 hashes these.</summary>
    /// <param name="tstInfo">DER.</param>
    /// <param name="attributes">Gets the SET OF Attribute, of <see cref="AttributesLength"/> bytes.</param>
    /// <param name="toSign">Gets what the key signs, of <see cref="DigestLength"/> bytes.</param>
    public void Hash(ReadOnlySpan<byte> tstInfo, Span<byte> attributes, Span<byte> toSign)
    {
        _attributes.CopyTo(attributes);
        CryptographicOperations.HashData(_digest, tstInfo, attributes.Slice(_digestOffset, DigestLength));
        CryptographicOperations.HashData(_digest, attributes, toSign);
    }

    /// <summary>The response. The array is the only thing allocated.</summary>
    /// <param name="tstInfo">As hashed.</param>
    /// <param name="attributes">From <see cref="Hash"/>.</param>
    /// <param name="signature">PKCS#1 octets or DER Ecdsa-Sig-Value, of whatever length.</param>
    /// <param name="withCertificates">Carry the certificates (certReq).</param>
    public byte[] Assemble(
        ReadOnlySpan<byte> tstInfo,
        ReadOnlySpan<byte> attributes,
        ReadOnlySpan<byte> signature,
        bool withCertificates)
    {
        // Lengths, from the inside out.
        var octets = Der.SizeOf(tstInfo.Length);
        var content = s_tstInfoOid.Length + Der.SizeOf(octets);
        var signerInfo = _signer.Length + attributes.Length + _signatureAlgorithm.Length
            + Der.SizeOf(signature.Length);
        var certificates = withCertificates ? _certificates : [];
        var signedData = _versionAndDigests.Length + Der.SizeOf(content) + certificates.Length
            + Der.SizeOf(Der.SizeOf(signerInfo));
        var contentInfo = s_signedDataOid.Length + Der.SizeOf(Der.SizeOf(signedData));
        var response = s_granted.Length + Der.SizeOf(contentInfo);

        var result = new byte[Der.SizeOf(response)];
        var cursor = new DerCursor(result);
        cursor.Header(Der.Sequence, response);
        cursor.Raw(s_granted);
        cursor.Header(Der.Sequence, contentInfo);
        cursor.Raw(s_signedDataOid);
        cursor.Header(Der.Context0, Der.SizeOf(signedData));
        cursor.Header(Der.Sequence, signedData);
        cursor.Raw(_versionAndDigests);
        cursor.Header(Der.Sequence, content);
        cursor.Raw(s_tstInfoOid);
        cursor.Header(Der.Context0, octets);
        cursor.Value(Der.OctetString, tstInfo);
        cursor.Raw(certificates);
        cursor.Header(Der.Set, Der.SizeOf(signerInfo));
        cursor.Header(Der.Sequence, signerInfo);
        cursor.Raw(_signer);
        // Signed as SET OF, sent as [0] IMPLICIT (RFC 5652 section 5.4).
        var start = cursor.Position;
        cursor.Raw(attributes);
        result[start] = Der.Context0;
        cursor.Raw(_signatureAlgorithm);
        cursor.Value(Der.OctetString, signature);
        return result;
    }

    private static byte[] EncodeAttributes(X509Certificate2 certificate, int digestLength, out int digestOffset)
    {
        var digest = Attribute(Oids.MessageDigest, writer => writer.WriteOctetString(new byte[digestLength]));
        byte[][] attributes =
        [
            Attribute(Oids.ContentType, writer => writer.WriteObjectIdentifier(Oids.TstInfo)),
            digest,
            Attribute(Oids.SigningCertificateV2, new SigningCertificateV2([EssCertIdV2.For(certificate)]).Encode),
        ];
        var contents = SetOf(attributes);
        var encoded = Wrap(Der.Set, contents);
        // The digest is the last octets of its attribute.
        digestOffset = encoded.Length - contents.Length + contents.AsSpan().IndexOf(digest) + digest.Length
            - digestLength;
        return encoded;
    }

    private static byte[] Attribute(string oid, Action<AsnWriter> value) => Encode(writer =>
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(oid);
            using (writer.PushSetOf())
            {
                value(writer);
            }
        }
    });

    /// <summary>IssuerAndSerialNumber.</summary>
    private static void WriteSigner(AsnWriter writer, X509Certificate2 certificate)
    {
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(certificate.IssuerName.RawData);
            writer.WriteInteger(certificate.SerialNumberBytes.Span);
        }
    }

    /// <summary>Contents of a SET OF: DER sorts them (X.690 section 11.6).</summary>
    private static byte[] SetOf(byte[][] elements)
    {
        Array.Sort(elements, static (left, right) => left.AsSpan().SequenceCompareTo(right));
        return [.. elements.SelectMany(element => element)];
    }

    private static byte[] Wrap(byte tag, ReadOnlySpan<byte> contents)
    {
        var encoded = new byte[Der.SizeOf(contents.Length)];
        new DerCursor(encoded).Value(tag, contents);
        return encoded;
    }

    private static byte[] Encode(Action<AsnWriter> write)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        write(writer);
        return writer.Encode();
    }
}
