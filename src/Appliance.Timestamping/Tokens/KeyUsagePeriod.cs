using System.Formats.Asn1;

namespace Appliance.Timestamping.Tokens;

/// <summary>PrivateKeyUsagePeriod (RFC 3280 section 4.2.1.4), IMPLICIT tags.</summary>
/// <param name="From">Null when open.</param>
/// <param name="To">Null when open.</param>
internal readonly record struct KeyUsagePeriod(DateTimeOffset? From, DateTimeOffset? To)
{
    private static readonly Asn1Tag s_from = new(TagClass.ContextSpecific, 0);
    private static readonly Asn1Tag s_to = new(TagClass.ContextSpecific, 1);

    /// <exception cref="AsnContentException">Not a PrivateKeyUsagePeriod.</exception>
    public static KeyUsagePeriod Decode(ReadOnlyMemory<byte> source)
    {
        var outer = new AsnReader(source, AsnEncodingRules.DER);
        var sequence = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var period = new KeyUsagePeriod(Read(sequence, s_from), Read(sequence, s_to));
        sequence.ThrowIfNotEmpty();
        return period;
    }

    private static DateTimeOffset? Read(AsnReader reader, Asn1Tag tag)
        => reader.HasData && reader.PeekTag() == tag ? reader.ReadGeneralizedTime(tag) : null;
}
