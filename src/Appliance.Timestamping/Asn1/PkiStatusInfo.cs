using System.Formats.Asn1;

namespace Appliance.Timestamping.Asn1;

/// <summary>PKIStatusInfo (RFC 3161 section 2.4.2).</summary>
/// <param name="Status">Granted, or why not.</param>
/// <param name="Text">The first UTF8String of statusString; null when absent.</param>
/// <param name="Failure">PKIFailureInfo; None when absent.</param>
internal readonly record struct PkiStatusInfo(
    TimestampPkiStatus Status, string? Text = null, TimestampFailure Failure = TimestampFailure.None)
{
    /// <exception cref="AsnContentException">Not a PKIStatusInfo.</exception>
    public static PkiStatusInfo Decode(AsnReader reader)
    {
        var sequence = reader.ReadSequence();
        if (!sequence.TryReadInt32(out var status) || !Enum.IsDefined((TimestampPkiStatus)status))
        {
            throw new AsnContentException("A PKIStatus that RFC 3161 does not know.");
        }

        string? text = null;
        if (sequence.HasData && sequence.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence))
        {
            var texts = sequence.ReadSequence();
            while (texts.HasData)
            {
                var one = texts.ReadCharacterString(UniversalTagNumber.UTF8String);
                text ??= one;
            }
        }

        var failure = sequence.HasData ? sequence.ReadNamedBitListValue<TimestampFailure>() : TimestampFailure.None;
        sequence.ThrowIfNotEmpty();
        return new PkiStatusInfo((TimestampPkiStatus)status, text, failure);
    }

    public void Encode(AsnWriter writer)
    {
        using (writer.PushSequence())
        {
            writer.WriteInteger((int)Status);
            if (Text is not null)
            {
                using (writer.PushSequence())
                {
                    writer.WriteCharacterString(UniversalTagNumber.UTF8String, Text);
                }
            }

            if (Failure != TimestampFailure.None)
            {
                writer.WriteNamedBitList(Failure);
            }
        }
    }
}
