using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Appliance.Server.Commands;

/// <summary>Options that several commands share, and how their values are read.</summary>
internal static class CommandOptions
{
    public static Option<string?> User(bool required = true) => new("--user")
    {
        Description = required ? "The signer's user name." : "Only this signer's.",
        HelpName = "U",
        Required = required,
    };

    /// <summary>A signer as an argument.</summary>
    public static Argument<string> Signer() => new("SIGNER") { Description = "The signer's id or user name." };

    public static Option<string?> Email() => new("--email")
    {
        Description = "Where messages go, such as ion@example.ro; none for nowhere.",
        HelpName = "E",
    };

    public static Option<string?> Phone() => new("--phone")
    {
        Description = "Where short messages go, in E.164, such as +40721123456; none for nowhere.",
        HelpName = "P",
    };

    public static Option<string?> Language() => new("--language")
    {
        Description = "Of messages, two letters: en, ro.",
        HelpName = "L",
    };

    /// <summary>ISO 8601; UTC where no offset is given.</summary>
    public static DateTimeOffset? ParseTime(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Utc, out var time))
        {
            return time;
        }

        result.AddError($"\"{text}\" is no time; write it as 2026-11-20T08:00:00Z.");
        return null;
    }
}
