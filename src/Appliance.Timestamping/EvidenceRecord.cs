using System.Formats.Asn1;
using System.Numerics;
using Appliance.Timestamping.Tokens;

namespace Appliance.Timestamping;

/// <summary>
/// EvidenceRecord (RFC 4998 section 3.1) with a single ArchiveTimeStamp: the form in which archives and signature
/// validators keep and take one. What was renewed has more than one, and is not read here.
/// </summary>
public static class EvidenceRecord
{
    /// <summary>DER of the record around an ArchiveTimeStamp.</summary>
    /// <param name="archiveTimestamp">The only one of its only chain.</param>
    public static byte[] Encode(ArchiveTimestamp archiveTimestamp)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            using (writer.PushSequence())
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(ImprintAlgorithm.ByName(archiveTimestamp.HashAlgorithm).Oid);
            }

            using (writer.PushSequence())
            using (writer.PushSequence())
            {
                writer.WriteEncodedValue(archiveTimestamp.Encode());
            }
        }

        return writer.Encode();
    }

    /// <summary>The ArchiveTimeStamp of a record, as it was encoded.</summary>
    /// <param name="source">DER, nothing behind it.</param>
    /// <exception cref="AsnContentException">No EvidenceRecord, or one of data that was encrypted or of time-stamps
    /// that were renewed.</exception>
    public static ReadOnlyMemory<byte> Decode(ReadOnlyMemory<byte> source)
    {
        var outer = new AsnReader(source, AsnEncodingRules.DER);
        var record = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        if (record.ReadInteger() != BigInteger.One)
        {
            throw new AsnContentException("An EvidenceRecord of an unknown version.");
        }

        record.ReadSequence();
        if (record.HasData && record.PeekTag().TagClass == TagClass.ContextSpecific)
        {
            throw new AsnContentException("An EvidenceRecord of encrypted data, or with additional information.");
        }

        var chains = record.ReadSequence();
        record.ThrowIfNotEmpty();
        var chain = chains.ReadSequence();
        var archiveTimestamp = chain.ReadEncodedValue();
        return chains.HasData || chain.HasData
            ? throw new AsnContentException("An EvidenceRecord whose time-stamps were renewed.")
            : archiveTimestamp;
    }
}
