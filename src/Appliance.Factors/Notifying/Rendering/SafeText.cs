using System.Globalization;
using System.Text;

namespace Appliance.Factors.Notifying.Rendering;

/// <summary>
/// What a value may bring into a message. Values hold what callers and signers typed: none may begin a line of its own,
/// hide something, or turn the direction of writing around.
/// </summary>
internal static class SafeText
{
    private const int MaximumLength = 2_000;
    private const int MaximumShortLength = 40;

    private const string RomanianLetters = "ăâîșțşţĂÂÎȘȚŞŢ";
    private const string PlainLetters = "aaiststAAISTST";

    /// <summary>The value for an e-mail: at most 2,000 characters; lines become "; ".</summary>
    public static string ForEmail(string value) => Clean(value, MaximumLength);

    /// <summary>
    /// The value for a short message: at most 40 characters, Romanian letters without their marks, so that the message
    /// stays in the alphabet of GSM (3GPP TS 23.038 section 6.2.1) and so in one part.
    /// </summary>
    public static string ForSms(string value)
    {
        var text = new StringBuilder(Clean(value, MaximumShortLength));
        for (var i = 0; i < RomanianLetters.Length; i++)
        {
            text.Replace(RomanianLetters[i], PlainLetters[i]);
        }

        return text.ToString();
    }

    private static string Clean(string value, int most)
    {
        var text = new StringBuilder();
        foreach (var rune in value.Trim().EnumerateRunes())
        {
            if (text.Length >= most)
            {
                return text.Append("...").ToString();
            }

            switch (Rune.GetUnicodeCategory(rune))
            {
                case UnicodeCategory.Control when rune.Value == '\n':
                case UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator:
                    text.Append("; ");
                    break;
                case UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse
                    or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned:
                    break;
                case UnicodeCategory.SpaceSeparator:
                    text.Append(' ');
                    break;
                default:
                    text.Append(rune);
                    break;
            }
        }

        return text.ToString();
    }
}
