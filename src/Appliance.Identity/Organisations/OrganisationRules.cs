namespace Appliance.Identity.Organisations;

/// <summary>What the names and numbers of an organisation look like.</summary>
internal static class OrganisationRules
{
    private const int MostOfName = 255;
    private const int MostOfNumber = 64;
    private const int LeiLength = 20;

    /// <summary>A sentence that says what is wrong; null when nothing is.</summary>
    public static string? Check(NewOrganisation organisation)
        => organisation switch
        {
            { Name: var name } when !IsText(name, MostOfName)
                => "The organisation's name needs 1 to 255 characters and no control characters.",
            { Registration: { } number } when !IsText(number, MostOfNumber)
                => "The registration number needs 1 to 64 characters and no control characters.",
            { Vat: { } vat } when !IsVat(vat)
                => "The VAT number begins with two capital letters for its country, such as RO123456.",
            { Lei: { } lei } when !IsLei(lei)
                => "The LEI has 20 letters and digits, of which the last two are its check digits (ISO 17442).",
            _ => null,
        };

    private static bool IsText(string text, int most)
        => text.Trim().Length is > 0 and var length && length <= most && !text.Any(char.IsControl);

    private static bool IsVat(string text)
        => text.Length is >= 4 and <= 16 && char.IsAsciiLetterUpper(text[0]) && char.IsAsciiLetterUpper(text[1])
            && text.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c));

    /// <summary>ISO 7064 MOD 97-10, letters as 10 to 35: the remainder is 1.</summary>
    private static bool IsLei(string text)
    {
        if (text.Length != LeiLength || !text.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c)))
        {
            return false;
        }

        var remainder = 0;
        foreach (var letter in text)
        {
            remainder = char.IsAsciiDigit(letter)
                ? ((remainder * 10) + (letter - '0')) % 97
                : ((remainder * 100) + (letter - 'A' + 10)) % 97;
        }

        return remainder == 1;
    }
}
