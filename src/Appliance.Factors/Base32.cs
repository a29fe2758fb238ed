using System.Buffers;

namespace Appliance.Factors;

/// <summary>
/// Base32 with the standard alphabet A-Z, 2-7 (RFC 4648 section 6): the form in which authenticator applications take
/// a secret.
/// </summary>
public static class Base32
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const int MaximumInput = 1024;

    /// <summary>Encodes bytes in upper case, padded with "=" to a multiple of 8 unless told otherwise.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than 1,024 bytes.</exception>
    public static string Encode(ReadOnlySpan<byte> bytes, bool padding = false)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, MaximumInput, nameof(bytes));
        var length = ((bytes.Length * 8) + 4) / 5;
        Span<char> text = stackalloc char[(length + 7) / 8 * 8];
        var (buffer, bits, at) = (0, 0, 0);
        foreach (var value in bytes)
        {
            buffer = ((buffer & 0x1F) << 8) | value;
            for (bits += 8; bits >= 5; bits -= 5)
            {
                text[at++] = Alphabet[(buffer >> (bits - 5)) & 0x1F];
            }
        }

        if (bits > 0)
        {
            text[at++] = Alphabet[(buffer << (5 - bits)) & 0x1F];
        }

        text[at..].Fill('=');
        var result = new string(padding ? text : text[..length]);
        text.Clear();
        return result;
    }

    /// <summary>
    /// Decodes text, upper or lower case, with or without padding; blanks and hyphens, with which applications group
    /// what a person types, are skipped.
    /// </summary>
    /// <exception cref="FormatException">
    /// A character outside the alphabet, an impossible length, bits left over that are not zero, or more than 2,048
    /// characters.
    /// </exception>
    public static byte[] Decode(ReadOnlySpan<char> text)
    {
        if (text.Length > 2 * MaximumInput)
        {
            throw new FormatException("Base32 text is longer than 2,048 characters.");
        }

        text = text.TrimEnd('=');
        var bytes = new ArrayBufferWriter<byte>(Math.Max(1, text.Length));
        var (buffer, bits, symbols) = (0, 0, 0);
        foreach (var character in text)
        {
            if (character is ' ' or '-')
            {
                continue;
            }

            buffer = ((buffer & 0x7F) << 5) | Value(character);
            bits += 5;
            symbols++;
            if (bits >= 8)
            {
                bits -= 8;
                bytes.GetSpan(1)[0] = (byte)((buffer >> bits) & 0xFF);
                bytes.Advance(1);
            }
        }

        if (symbols % 8 is 1 or 3 or 6 || (buffer & ((1 << bits) - 1)) != 0)
        {
            throw new FormatException("Base32 text is cut off: its last characters do not make a whole byte.");
        }

        var result = bytes.WrittenSpan.ToArray();
        bytes.Clear();
        return result;
    }

    private static int Value(char character) => character switch
    {
        >= 'A' and <= 'Z' => character - 'A',
        >= 'a' and <= 'z' => character - 'a',
        >= '2' and <= '7' => character - '2' + 26,
        _ => throw new FormatException("Base32 text holds a character other than A to Z and 2 to 7."),
    };
}
