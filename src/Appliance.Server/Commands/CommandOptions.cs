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
