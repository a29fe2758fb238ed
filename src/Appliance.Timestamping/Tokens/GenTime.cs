using Appliance.Timestamping.Asn1;

namespace Appliance.Timestamping.Tokens;

/// <summary>genTime as RFC 3161 section 2.4.2 wants it: UTC with Z, a fraction without trailing zeros.</summary>
internal static class GenTime
{
    /// <summary>Identifier, length, 14 digits, point, 6 digits, Z.</summary>
    public const int MaxLength = 24;

    /// <summary>Writes the GeneralizedTime, cut off behind the digits.</summary>
    /// <param name="target">At least <see cref="MaxLength"/> bytes.</param>
    /// <param name="utcTicks">Ticks of a UTC DateTime.</param>
    /// <param name="digits">Of the fraction: 0 to 6.</param>
    /// <returns>Octets written.</returns>
    public static int Write(Span<byte> target, long utcTicks, int digits)
    {
        var time = new DateTime(utcTicks, DateTimeKind.Utc);
        var text = target[2..];
        var (date, clock) = time;
        Digits(text, date.Year, 4);
        Digits(text[4..], date.Month, 2);
        Digits(text[6..], date.Day, 2);
        Digits(text[8..], clock.Hour, 2);
        Digits(text[10..], clock.Minute, 2);
        Digits(text[12..], clock.Second, 2);
        var length = 14 + Fraction(text[14..], (int)(utcTicks % TimeSpan.TicksPerSecond), digits);
        text[length++] = (byte)'Z';
        target[0] = Der.GeneralizedTime;
        target[1] = (byte)length;
        return length + 2;
    }

    private static int Fraction(Span<byte> text, int ticks, int digits)
    {
        Span<byte> seven = stackalloc byte[7];
        Digits(seven, ticks, 7);
        var kept = seven[..digits].TrimEnd((byte)'0');
        if (kept.IsEmpty)
        {
            return 0;
        }

        text[0] = (byte)'.';
        kept.CopyTo(text[1..]);
        return kept.Length + 1;
    }

    private static void Digits(Span<byte> text, int number, int count)
    {
        for (var i = count - 1; i >= 0; i--)
        {
            text[i] = (byte)('0' + (number % 10));
            number /= 10;
        }
    }
}
