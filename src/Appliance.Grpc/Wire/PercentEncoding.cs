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

    private static char Hex(int nibble) => "0123456789ABCDEF"[nibble];
}
