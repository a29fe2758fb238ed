using System.Formats.Asn1;

namespace Appliance.Timestamping;

/// <summary>How far genTime may be off, either way: Accuracy of RFC 3161 section 2.4.2.</summary>
/// <param name="Seconds">0 or more.</param>
/// <param name="Millis">0 to 999; 0 is left out of the token.</param>
/// <param name="Micros">0 to 999; 0 is left out of the token.</param>
public readonly record struct TimestampAccuracy(int Seconds, int Millis = 0, int Micros = 0)
{
    private static readonly Asn1Tag s_millis = new(TagClass.ContextSpecific, 0);
    private static readonly Asn1Tag s_micros = new(TagClass.ContextSpecific, 1);

    /// <summary>The sum of the three.</summary>
    public TimeSpan Span => TimeSpan.FromSeconds(Seconds) + TimeSpan.FromMicroseconds((Millis * 1000L) + Micros);

    /// <summary>True when each number is in its range and not all are 0.</summary>
    public bool IsValid => Seconds is >= 0 and <= 86_400 && Millis is >= 0 and <= 999 && Micros is >= 0 and <= 999
        && (Seconds | Millis | Micros) != 0;

    internal static TimestampAccuracy Decode(AsnReader reader)
    {
        var sequence = reader.ReadSequence();
        var seconds = ReadNumber(sequence, Asn1Tag.Integer, int.MaxValue);
        var millis = ReadNumber(sequence, s_millis, 999);
        var micros = ReadNumber(sequence, s_micros, 999);
        sequence.ThrowIfNotEmpty();
        return new TimestampAccuracy(seconds, millis, micros);
    }

    internal void Encode(AsnWriter writer)
    {
        using (writer.PushSequence())
        {
            if (Seconds != 0)
            {
                writer.WriteInteger(Seconds);
            }

            if (Millis != 0)
            {
                writer.WriteInteger(Millis, s_millis);
            }

            if (Micros != 0)
            {
                writer.WriteInteger(Micros, s_micros);
            }
        }
    }

    /// <summary>0 when it is absent. Some authorities write the 0 that RFC 3161 has no room for.</summary>
    private static int ReadNumber(AsnReader reader, Asn1Tag tag, int largest)
    {
        if (!reader.HasData || reader.PeekTag() != tag)
        {
            return 0;
        }

        return reader.TryReadInt32(out var value, tag) && value >= 0 && value <= largest
            ? value
            : throw new AsnContentException("A part of the accuracy is out of range.");
    }
}
