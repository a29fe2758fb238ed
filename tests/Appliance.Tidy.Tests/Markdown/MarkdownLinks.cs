using System.Text;
using System.Text.RegularExpressions;

namespace Appliance.Tidy.Tests.Markdown;

/// <summary>The links and headings of a Markdown text, as far as this repository uses them: inline links, images,
/// reference definitions, ATX headings. What stands in code is no link.</summary>
internal static partial class MarkdownLinks
{
    public static IEnumerable<(int Line, string Target)> LinksOf(TextFile file)
    {
        foreach (var (number, line) in LinesOutsideFences(file))
        {
            var text = InlineCode().Replace(line, "");
            foreach (Match match in Link().Matches(text))
            {
                yield return (number, match.Groups["target"].Value);
            }

            if (Definition().Match(text) is { Success: true } definition)
            {
                yield return (number, definition.Groups["target"].Value);
            }
        }
    }

    /// <summary>The anchors of the headings, as GitHub makes them; a repeated heading gets -1, -2 and so on.</summary>
    public static HashSet<string> AnchorsOf(TextFile file)
    {
        var anchors = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (_, line) in LinesOutsideFences(file))
        {
            if (Heading().Match(line) is { Success: true } heading)
            {
                var anchor = Slug(heading.Groups["text"].Value);
                for (var repeat = 1; !anchors.Add(anchor); repeat++)
                {
                    anchor = $"{Slug(heading.Groups["text"].Value)}-{repeat}";
                }
            }
        }

        return anchors;
    }

    private static string Slug(string heading)
    {
        var slug = new StringBuilder();
        foreach (var character in heading.Trim().ToLowerInvariant())
        {
            if (char.IsLetterOrDigit(character) || character is '-' or '_')
            {
                slug.Append(character);
            }
            else if (character == ' ')
            {
                slug.Append('-');
            }
        }

        return slug.ToString();
    }

    private static IEnumerable<(int Number, string Line)> LinesOutsideFences(TextFile file)
    {
        var lines = file.Lines();
        var fenced = false;
        for (var index = 0; index < lines.Count; index++)
        {
            if (lines[index].TrimStart().StartsWith("```", StringComparison.Ordinal))
            {
                fenced = !fenced;
            }
            else if (!fenced)
            {
                yield return (index + 1, lines[index]);
            }
        }
    }

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"\]\(\s*<?(?<target>[^\s<>()]+)>?[^)]*\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^\[[^\]]+\]:\s+(?<target>\S+)")]
    private static partial Regex Definition();

    [GeneratedRegex(@"^#{1,6}\s+(?<text>.*?)\s*#*$")]
    private static partial Regex Heading();
}
