using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Appliance.Timestamping.Asn1;

/// <summary>ESSCertIDv2 (RFC 5035 section 4).</summary>
/// <param name="HashAlgorithm">Null for SHA-256, the default, which DER leaves out.</param>
/// <param name="CertificateHash">Digest of the whole certificate.</param>
/// <param name="IssuerSerial">DER of IssuerSerial; empty when absent.</param>
internal readonly record struct EssCertIdV2(
    AlgorithmIdentifier? HashAlgorithm, ReadOnlyMemory<byte> CertificateHash, ReadOnlyMemory<byte> IssuerSerial)
{
    private static readonly Asn1Tag s_directoryName = new(TagClass.ContextSpecific, 4, isConstructed: true);

    /// <summary>SHA-256, with issuer and serial number.</summary>
    public static EssCertIdV2 For(X509Certificate2 certificate)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            using (writer.PushSequence(s_directoryName))
            {
                writer.WriteEncodedValue(certificate.IssuerName.RawData);
            }

            writer.WriteInteger(certificate.SerialNumberBytes.Span);
        }

        return new EssCertIdV2(null, SHA256.HashData(certificate.RawData), writer.Encode());
    }

    /// <exception cref="AsnContentException">Not an ESSCertIDv2.</exception>
    public static EssCertIdV2 Decode(AsnReader reader)
    {
        var sequence = reader.ReadSequence();
        AlgorithmIdentifier? algorithm = sequence.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence)
            ? AlgorithmIdentifier.Decode(sequence)
            : null;
        var hash = sequence.ReadOctetString();
        var issuerSerial = sequence.HasData ? sequence.ReadEncodedValue() : default;
        sequence.ThrowIfNotEmpty();
        return new EssCertIdV2(algorithm, hash, issuerSerial);
    }

    public void Encode(AsnWriter writer)
    {
        using (writer.PushSequence())
        {
            HashAlgorithm?.Encode(writer);
            writer.WriteOctetString(CertificateHash.Span);
            if (!IssuerSerial.IsEmpty)
            {
                writer.WriteEncodedValue(IssuerSerial.Span);
            }
        }
    }
}
