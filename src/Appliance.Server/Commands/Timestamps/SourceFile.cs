namespace Appliance.Server.Commands.Timestamps;

/// <summary>A file that a command line names, or that lies below a directory that it names.</summary>
/// <param name="Root">The directory; that of the file where the file itself is named.</param>
/// <param name="Relative">From there.</param>
internal readonly record struct SourceFile(string Root, string Relative)
{
    public string Path => System.IO.Path.Combine(Root, Relative);

    /// <summary>Every file, in ordinal order within each name. Below directories, symbolic links and what is evidence
    /// by its name are passed over.</summary>
    /// <exception cref="CommandException">There is nothing of a name, or a directory cannot be read.</exception>
    public static IEnumerable<SourceFile> Find(IReadOnlyList<string> names)
    {
        foreach (var name in names)
        {
            if (!Directory.Exists(name))
            {
                yield return new SourceFile(
                    System.IO.Path.GetDirectoryName(name) ?? "", System.IO.Path.GetFileName(name));
                continue;
            }

            foreach (var relative in Below(name))
            {
                yield return new SourceFile(name, relative);
            }
        }
    }

    /// <summary>Where evidence of it goes: beside it, or at the same place below another directory.</summary>
    public string EvidencePath(string? directory, string extension)
        => System.IO.Path.Combine(directory ?? Root, Relative + extension);

    private static List<string> Below(string directory)
    {
        try
        {
            var options = new EnumerationOptions
            {
                RecurseSubdirectories = true,
                AttributesToSkip = FileAttributes.ReparsePoint,
                IgnoreInaccessible = false,
            };
            var files = Directory.EnumerateFiles(directory, "*", options)
                .Where(path => !Evidence.IsNamed(path))
                .Select(path => System.IO.Path.GetRelativePath(directory, path))
                .ToList();
            files.Sort(StringComparer.Ordinal);
            return files;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(error.Message);
        }
    }
}
