namespace Appliance.Tidy.Tests;

/// <summary>A file of the repository: its path relative to the root, with forward slashes, and its text.</summary>
internal sealed record TextFile(string Path, string Text)
{
    public bool IsIn(string folder) => Path.StartsWith(folder + "/", StringComparison.Ordinal);

    public bool Is(params ReadOnlySpan<string> extensions)
    {
        foreach (var extension in extensions)
        {
            if (Path.EndsWith(extension, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The lines without their ends; a final line end opens no further line.</summary>
    public IReadOnlyList<string> Lines()
    {
        var lines = Text.ReplaceLineEndings("\n").Split('\n');
        return lines.Length > 0 && lines[^1].Length == 0 ? lines[..^1] : lines;
    }
}
