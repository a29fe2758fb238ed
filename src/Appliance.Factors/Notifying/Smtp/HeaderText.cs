using System.Buffers;
using System.Text;

namespace Appliance.Factors.Notifying.Smtp;

/// <summary>Text of a header: as it is where that is safe, else in encoded words (RFC 2047 section 2).</summary>
internal static class HeaderText
{
    private const string Opening = "=?utf-8?B?";
    private const string Closing = "?=";

    /// <summary>Of one encoded word; a line has as many and one space.</summary>
    private const int LongestWord = 75;

    private static readonly SearchValues<char> s_plain = SearchValues.Create(
        " abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_/+!*");

    /// <summary>Encodes, folding after each word.</summary>
    /// <param name="text">Anything.</param>
    /// <param name="used">Characters of the first line that are taken.</param>
    public static string Encode(string text, int used)
    {
        if (text.AsSpan().IndexOfAnyExcept(s_plain) < 0 && text.Length + used <= LongestWord)
        {
            return text.Trim();
        }

        var words = new List<string>();
        var word = new List<byte>();
        var bytes = new byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            var clean = Rune.IsControl(rune) ? new Rune(' ') : rune;
            var length = clean.EncodeToUtf8(bytes);

            // No character is split between two words (RFC 2047 section 5).
            if (LengthOf(word.Count + length) + (words.Count == 0 ? used : 1) > LongestWord)
            {
                words.Add(Close(word));
            }

            word.AddRange(bytes.AsSpan(0, length));
        }

        words.Add(Close(word));
        return string.Join("\r\n ", words);
    }

    private static int LengthOf(int bytes) => Opening.Length + ((bytes + 2) / 3 * 4) + Closing.Length;

    private static string Close(List<byte> word)
    {
        var encoded = Opening + Convert.ToBase64String(word.ToArray()) + Closing;
        word.Clear();
        return encoded;
    }
}
