using System.Globalization;

namespace Appliance.Ledger.Auditing;

/// <summary>What records say of seals: read again by the verification.</summary>
internal static class SealText
{
    private const string Before = "seal ";

    public static string Of(long number) => string.Create(CultureInfo.InvariantCulture, $"{Before}{number}");

    public static bool TryParseSeal(string text, out long number)
    {
        number = 0;
        return text.StartsWith(Before, StringComparison.Ordinal)
            && long.TryParse(
                text.AsSpan(Before.Length), NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
