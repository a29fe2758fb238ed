namespace Appliance.Server.Commands.Timestamps;

/// <summary>Which files are to be stamped together, and where their evidence goes.</summary>
internal static class BatchPlan
{
    /// <summary>
    /// Finds the files and checks their places. A file that is named twice is stamped once; two that would share a
    /// place are refused.
    /// </summary>
    /// <param name="names">Of files and directories.</param>
    /// <param name="directory">Where evidence goes; null for beside each file.</param>
    /// <param name="extensions">Of what is to be written for each.</param>
    /// <param name="onlyNew">Leave out what has evidence.</param>
    /// <param name="force">Replace it.</param>
    /// <exception cref="CommandException">There is nothing to stamp, or a place is taken.</exception>
    public static IReadOnlyList<SourceFile> Make(
        IReadOnlyList<string> names,
        string? directory,
        IReadOnlyList<string> extensions,
        bool onlyNew,
        bool force)
    {
        var files = SourceFile.Find(names).ToList();
        if (names.Count > 1)
        {
            files = Distinct(files, directory);
        }

        if (onlyNew)
        {
            files.RemoveAll(file => extensions.Any(extension => Path.Exists(file.EvidencePath(directory, extension))));
        }

        else if (!force)
        {
            var taken = files
                .SelectMany(file => extensions.Select(extension => file.EvidencePath(directory, extension)))
                .FirstOrDefault(Path.Exists);
            if (taken is not null)
            {
                throw new CommandException(
                    $"{taken} is there already; --only-new leaves such files out, --force replaces their evidence.");
            }
        }

        return files;
    }

    private static List<SourceFile> Distinct(List<SourceFile> files, string? directory)
    {
        var places = new Dictionary<string, SourceFile>(files.Count, StringComparer.Ordinal);
        foreach (var file in files)
        {
            var place = Path.GetFullPath(file.EvidencePath(directory, ""));
            if (!places.TryAdd(place, file) && !IsSame(places[place], file))
            {
                throw new CommandException(
                    $"{places[place].Path} and {file.Path} would have their evidence at the same place; "
                    + "stamp them apart, or without --out.");
            }
        }

        return [.. places.Values];
    }

    private static bool IsSame(SourceFile one, SourceFile other)
        => string.Equals(Path.GetFullPath(one.Path), Path.GetFullPath(other.Path), StringComparison.Ordinal);
}
