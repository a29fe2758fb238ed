using System.Formats.Asn1;
using System.Numerics;

namespace Appliance.Timestamping.Asn1;

/// <summary>TSTInfo version 1 (RFC 3161 section 2.4.2). Whole; issued tokens are patched together instead.</summary>
internal readonly record struct TstInfo(
    string Policy,
    MessageImprint MessageImprint,
    ReadOnlyMemory<byte> SerialNumber,
    DateTimeOffset GenTime,
    TimestampAccuracy? Accuracy,
    bool Ordering,
    ReadOnlyMemory<byte> Nonce,
    ReadOnlyMemory<byte> Tsa,
    ReadOnlyMemory<byte> Extensions)
{
    private static readonly Asn1Tag s_tsa = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag s_extensions = new(TagClass.ContextSpecific, 1, isConstructed: true);

    /// <exception cref="AsnContentException">Not a TSTInfo in DER.</exception>
    public static TstInfo Decode(ReadOnlyMemory<byte> source)
    {
        var outer = new AsnReader(source, AsnEncodingRules.DER);
        var reader = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        if (reader.ReadInteger() != BigInteger.One)
        {
            throw new AsnContentException("A TSTInfo of an unknown version.");
        }

        var policy = reader.ReadObjectIdentifier();
        var imprint = MessageImprint.Decode(reader);
        var serial = reader.ReadIntegerBytes();
        // The platform reads fractions by way of floating point.
        var read = reader.ReadGeneralizedTime();
        var time = new DateTimeOffset((read.Ticks + 5) / 10 * 10, read.Offset);
        TimestampAccuracy? accuracy = Next(reader, Asn1Tag.Sequence) ? TimestampAccuracy.Decode(reader) : null;
        var ordering = Next(reader, Asn1Tag.Boolean) && reader.ReadBoolean();
        var nonce = Next(reader, Asn1Tag.Integer) ? reader.ReadIntegerBytes() : default;
        var tsa = Next(reader, s_tsa) ? reader.ReadEncodedValue() : default;
        var extensions = Next(reader, s_extensions) ? reader.ReadEncodedValue() : default;
        reader.ThrowIfNotEmpty();
        return new TstInfo(policy, imprint, serial, time, accuracy, ordering, nonce, tsa, extensions);
    }

    public void Encode(AsnWriter writer)
    {
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            writer.WriteObjectIdentifier(Policy);
            MessageImprint.Encode(writer);
            writer.WriteInteger(SerialNumber.Span);
            writer.WriteGeneralizedTime(GenTime, omitFractionalSeconds: false);
            Accuracy?.Encode(writer);
            if (Ordering)
            {
                writer.WriteBoolean(true);
            }

            if (!Nonce.IsEmpty)
            {
                writer.WriteInteger(Nonce.Span);
            }

            WriteOptional(writer, Tsa);
            WriteOptional(writer, Extensions);
        }
    }

    /// <summary>True when one of the extensions is critical.</summary>
    /// <exception cref="AsnContentException">Not Extensions (RFC 5280 section 4.1).</exception>
    public bool HasCriticalExtension()
    {
        if (Extensions.IsEmpty)
        {
            return false;
        }

        var isAnyCritical = false;
        var list = new AsnReader(Extensions, AsnEncodingRules.DER).ReadSequence(s_extensions);
        do
        {
            var extension = list.ReadSequence();
            extension.ReadObjectIdentifier();
            isAnyCritical |= Next(extension, Asn1Tag.Boolean) && extension.ReadBoolean();
            extension.ReadOctetString();
            extension.ThrowIfNotEmpty();
        }
        while (list.HasData);

        return isAnyCritical;
    }

    private static bool Next(AsnReader reader, Asn1Tag tag)
        => reader.HasData && reader.PeekTag().HasSameClassAndValue(tag);

    private static void WriteOptional(AsnWriter writer, ReadOnlyMemory<byte> encoded)
    {
        if (!encoded.IsEmpty)
        {
            writer.WriteEncodedValue(encoded.Span);
        }
    }
}
