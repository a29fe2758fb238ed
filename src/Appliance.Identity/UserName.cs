using System.Diagnostics.CodeAnalysis;

namespace Appliance.Identity;

/// <summary>
/// What a user name is: 3 to 254 characters (an e-mail address fits, RFC 5321), trimmed, no control characters, no
/// colon (RFC 7617 section 2 ends the user-id at the first one). Kept as typed; upper and lower case are one name.
/// </summary>
public static class UserName
{
    /// <summary>Fewest characters.</summary>
    public const int MinimumLength = 3;

    /// <summary>Most characters.</summary>
    public const int MaximumLength = 254;

    /// <summary>Brings a user name into the form in which it is kept.</summary>
    /// <param name="text">What somebody typed.</param>
    /// <param name="name">The name, trimmed.</param>
    /// <param name="reason">A sentence that says what is wrong.</param>
    public static bool TryRead(
        string? text, [NotNullWhen(true)] out string? name, [NotNullWhen(false)] out string? reason)
    {
        name = null;
        var trimmed = text.AsSpan().Trim();
        reason = trimmed switch
        {
            { Length: < MinimumLength } => "The user name needs at least 3 characters.",
            { Length: > MaximumLength } => "The user name has more than 254 characters.",
            _ when trimmed.Contains(':') => "The user name must not hold a colon: HTTP Basic cannot carry it.",
            _ when HoldsControl(trimmed) => "The user name must not hold control characters.",
            _ => null,
        };
        if (reason is not null)
        {
            return false;
        }

        name = trimmed.ToString();
        return true;
    }

    private static bool HoldsControl(ReadOnlySpan<char> text)
    {
        foreach (var character in text)
        {
            if (char.IsControl(character))
            {
                return true;
            }
        }

        return false;
    }
}
