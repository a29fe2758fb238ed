using System.Text;

namespace Appliance.Factors;

/// <summary>
/// What a new password must be. Length decides, not the mix of characters (NIST SP 800-63B section 5.1.1.2). A
/// password is the text as typed: no trimming, no case folding, no Unicode normalisation.
/// </summary>
public static class PasswordPolicy
{
    /// <summary>Fewest characters (Unicode code points).</summary>
    public const int MinimumLength = 8;

    /// <summary>Most characters (Unicode code points).</summary>
    public const int MaximumLength = 128;

    /// <summary>Why the password is refused, a sentence each, never quoting it; empty when it may be used.</summary>
    /// <param name="password">The password.</param>
    /// <param name="userName">The name it would belong to; null when not known.</param>
    public static IReadOnlyList<string> Check(string password, string? userName = null)
    {
        ArgumentNullException.ThrowIfNull(password);
        if (!IsUnicode(password))
        {
            return ["The password is not valid Unicode text."];
        }

        var reasons = new List<string>();
        var length = password.Length > 2 * MaximumLength ? int.MaxValue : password.EnumerateRunes().Count();
        if (length < MinimumLength)
        {
            reasons.Add("The password is too short: it needs at least 8 characters.");
        }

        if (length > MaximumLength)
        {
            reasons.Add("The password is too long: at most 128 characters are taken.");
        }

        if (password.Any(char.IsControl))
        {
            reasons.Add("The password holds a control character (a line end, a tab), which cannot be typed again.");
        }

        if (password.Length > 0 && password.AsSpan().IndexOfAnyExcept(password[0]) < 0)
        {
            reasons.Add("The password is one character repeated.");
        }

        if (userName is not null && string.Equals(password, userName, StringComparison.OrdinalIgnoreCase))
        {
            reasons.Add("The password is the user name.");
        }

        return reasons;
    }

    private static bool IsUnicode(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out _, out var used) != System.Buffers.OperationStatus.Done)
            {
                return false;
            }

            text = text[used..];
        }

        return true;
    }
}
