using System.Globalization;
using System.Text;

namespace Appliance.Factors.Notifying.Smtp;

/// <summary>Quoted-printable (RFC 2045 section 6.7): ASCII lines of at most 76 characters.</summary>
internal static class QuotedPrintable
{
    private const int LongestLine = 76;

    /// <summary>The lines, without their ends.</summary>
    /// <param name="text">Lines parted by LF, CR LF or CR.</param>
    public static IEnumerable<string> Encode(string text)
    {
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            var bytes = Encoding.UTF8.GetBytes(line);
            var encoded = new StringBuilder();
            for (var i = 0; i < bytes.Length; i++)
            {
                var piece = Encode(bytes[i], isLast: i == bytes.Length - 1);

                // One character stays free for the "=" of a soft line break.
                if (encoded.Length + piece.Length > LongestLine - 1)
                {
                    yield return encoded.Append('=').ToString();
                    encoded.Clear();
                }

                encoded.Append(piece);
            }

            yield return encoded.ToString();
        }
    }

    private static string Encode(byte value, bool isLast) => value switch
    {
        (byte)'=' => "=3D",
        (byte)' ' when !isLast => " ",
        > 32 and < 127 => ((char)value).ToString(),
        _ => string.Create(CultureInfo.InvariantCulture, $"={value:X2}"),
    };
}
