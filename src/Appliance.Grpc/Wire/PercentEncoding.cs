using System.Buffers;
using System.Text;

namespace Appliance.Grpc.Wire;

/// <summary>
/// The encoding of grpc-message (PROTOCOL-HTTP2, Percent-Encoded): UTF-8 bytes outside 0x20-0x7E, and the percent sign,
/// become %XX.
/// </summary>
internal static class PercentEncoding
{
    private static readonly SearchValues<char> s_plain = SearchValues.Create(
        [.. Enumerable.Range(0x20, 0x7F - 0x20).Select(value => (char)value).Where(value => value != '%')]);

    public static string Encode(string text)
    {
        if (!text.AsSpan().ContainsAnyExcept(s_plain))
        {
            return text;
        }

        var encoded = new StringBuilder(text.Length * 2);
        foreach (var value in Encoding.UTF8.GetBytes(text))
        {
            if (value is >= 0x20 and <= 0x7E && value != (byte)'%')
            {
                encoded.Append((char)value);
            }
            else
            {
                encoded.Append('%').Append(Hex(value >> 4)).Append(Hex(value & 0xF));
            }
        }

        return encoded.ToString();
    }

    /// <summary>The beginning of a text, in whole characters, whose encoding has at most so many bytes.</summary>
    public static string Cut(string text, int most)
    {
        if (text.Length * 9L <= most)
        {
            return text; // A UTF-16 unit is at most three bytes, each %XX.
        }

        var (units, encoded) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            encoded += rune.IsAscii && s_plain.Contains((char)rune.Value) ? 1 : 3 * rune.Utf8SequenceLength;
            if (encoded > most)
            {
                return text[..units];
            }

            units += rune.Utf16SequenceLength;
        }

        return text;
    }

    private static char Hex(int nibble) => "0123456789ABCDEF"[nibble];
}
