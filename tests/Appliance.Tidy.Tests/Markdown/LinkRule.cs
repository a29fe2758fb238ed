namespace Appliance.Tidy.Tests.Markdown;

/// <summary>Each relative link of a Markdown file leads to a file, a folder or a heading of this repository.</summary>
internal static class LinkRule
{
    /// <param name="file">The page that is checked.</param>
    /// <param name="find">The page at a repository path, or null; a folder or another file is an empty page.</param>
    public static IEnumerable<Finding> Check(TextFile file, Func<string, TextFile?> find) =>
        from link in MarkdownLinks.LinksOf(file)
        where !IsAbsolute(link.Target)
        let why = WhyBroken(file, link.Target, find)
        where why is not null
        select new Finding(file.Path, link.Line, $"the link {link.Target} {why}");

    private static string? WhyBroken(TextFile file, string link, Func<string, TextFile?> find)
    {
        var parts = Uri.UnescapeDataString(link).Split('#', 2);
        var path = parts[0].Length == 0 ? file.Path : Resolve(file.Path, parts[0]);
        if (path is null)
        {
            return "leads out of the repository";
        }

        var target = parts[0].Length == 0 ? file : find(path);
        if (target is null)
        {
            return "leads to nothing";
        }

        var isFound = parts.Length == 1 || MarkdownLinks.AnchorsOf(target).Contains(parts[1]);
        return isFound ? null : "names no heading there";
    }

    private static string? Resolve(string from, string link)
    {
        var parts = new List<string>(from.Split('/')[..^1]);
        foreach (var part in link.Split('/').Where(part => part is not ("" or ".")))
        {
            if (part != "..")
            {
                parts.Add(part);
            }
            else if (parts.Count == 0)
            {
                return null;
            }
            else
            {
                parts.RemoveAt(parts.Count - 1);
            }
        }

        return string.Join('/', parts);
    }

    private static bool IsAbsolute(string link) =>
        link.Contains("://", StringComparison.Ordinal) || link.StartsWith("mailto:", StringComparison.Ordinal);
}
