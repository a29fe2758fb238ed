using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Appliance.Factors;

/// <summary>
/// What an address, a telephone number and a language are. Narrower than the standards where those allow what no
/// signer has and an attacker likes: quoted local parts, comments, address literals.
/// </summary>
public static class ContactRules
{
    /// <summary>Most octets of an address (RFC 5321 section 4.5.3.1.3, less the angle brackets).</summary>
    public const int MaximumEmail = 254;

    private const int MaximumLocalPart = 64;
    private const int MaximumLabel = 63;
    private const int MinimumDigits = 7;
    private const int MaximumDigits = 15;

    /// <summary>RFC 5322 section 3.2.3, what an atom may hold beside letters and digits.</summary>
    private const string AtomSpecials = "!#$%&'*+-/=?^_`{|}~";

    /// <summary>Reads a contact. Empty text and null are none.</summary>
    /// <param name="email">An address; see <see cref="CheckEmail"/>.</param>
    /// <param name="phone">A number; see <see cref="CheckPhone"/>.</param>
    /// <param name="language">A language; see <see cref="CheckLanguage"/>; null for English.</param>
    /// <param name="contact">The contact, trimmed.</param>
    /// <param name="reason">A sentence that says what is wrong; it repeats nothing of what was given.</param>
    public static bool TryRead(
        string? email,
        string? phone,
        string? language,
        [NotNullWhen(true)] out Contact? contact,
        [NotNullWhen(false)] out string? reason)
    {
        contact = null;
        var address = Trim(email);
        var number = Trim(phone);
        var chosen = Trim(language) ?? "en";
        reason = (address is null ? null : CheckEmail(address))
            ?? (number is null ? null : CheckPhone(number))
            ?? CheckLanguage(chosen);
        if (reason is not null)
        {
            return false;
        }

        contact = new Contact(address, number, chosen);
        return true;
    }

    /// <summary>
    /// An address: a dot-atom, '@', a host name; at most 64 octets before the '@' and 254 in all (RFC 5321 section
    /// 4.5.3.1). Letters beyond ASCII may be in both parts (RFC 6531).
    /// </summary>
    /// <returns>A sentence that says what is wrong, or null.</returns>
    public static string? CheckEmail(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var at = text.LastIndexOf('@');
        if (at <= 0 || at == text.Length - 1)
        {
            return "The e-mail address needs a name, an @ and a host, such as ion@example.ro.";
        }

        if (text.Length > MaximumEmail || Encoding.UTF8.GetByteCount(text) > MaximumEmail)
        {
            return "The e-mail address has more than 254 octets.";
        }

        if (Encoding.UTF8.GetByteCount(text.AsSpan(0, at)) > MaximumLocalPart)
        {
            return "The e-mail address has more than 64 octets before the @.";
        }

        return Array.TrueForAll(text[..at].Split('.'), IsAtom) && Array.TrueForAll(text[(at + 1)..].Split('.'), IsLabel)
            ? null
            : "The e-mail address holds a character or an empty part that it may not.";
    }

    /// <summary>A telephone number in E.164: a plus sign, then 7 to 15 digits, the first not 0.</summary>
    /// <returns>A sentence that says what is wrong, or null.</returns>
    public static string? CheckPhone(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length is >= 1 + MinimumDigits and <= 1 + MaximumDigits && text[0] == '+' && text[1] != '0'
            && text.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0
            ? null
            : "The telephone number must be in E.164: + and 7 to 15 digits with the country's code, "
                + "such as +40721123456.";
    }

    /// <summary>A language: two small letters (ISO 639-1).</summary>
    /// <returns>A sentence that says what is wrong, or null.</returns>
    public static string? CheckLanguage(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length == 2 && text.All(char.IsAsciiLetterLower)
            ? null
            : "The language must be two small letters of ISO 639-1, such as ro.";
    }

    private static string? Trim(string? text) => text?.Trim() is { Length: > 0 } some ? some : null;

    private static bool IsAtom(string part) => part.Length > 0 && part.EnumerateRunes().All(
        rune => rune.IsAscii
            ? Rune.IsLetterOrDigit(rune) || AtomSpecials.Contains((char)rune.Value, StringComparison.Ordinal)
            : IsWord(rune));

    private static bool IsLabel(string part)
        => part.Length is > 0 and <= MaximumLabel && part[0] != '-' && part[^1] != '-'
            && part.EnumerateRunes().All(
                rune => rune.IsAscii ? Rune.IsLetterOrDigit(rune) || rune.Value == '-' : IsWord(rune));

    /// <summary>A letter, a digit or a mark: nothing that is invisible, turns text around or separates.</summary>
    private static bool IsWord(Rune rune) => Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
}
