using Appliance.Tidy.Tests.Shell;

namespace Appliance.Tidy.Tests;

/// <summary>The files that people write: what the build, a package manager or git lays down is left out.</summary>
internal static class RepositoryFiles
{
    private static readonly HashSet<string> s_skippedFolders = new(StringComparer.Ordinal)
    {
        ".git", "artifacts", "bin", "obj", "node_modules", "TestResults", "BenchmarkDotNet.Artifacts", "__pycache__",
        "shared", ".vs", ".idea",
    };

    private static readonly string[] s_textExtensions =
        [".cs", ".sh", ".proto", ".csproj", ".props", ".targets", ".md", ".py", ".js", ".sql", ".json", ".yml"];

    private static readonly Lazy<IReadOnlyList<TextFile>> s_all = new(Read);

    public static string Root { get; } = FindRoot();

    public static IReadOnlyList<TextFile> All => s_all.Value;

    public static IEnumerable<TextFile> CSharp => All.Where(file => file.Is(".cs"));

    /// <summary>What a person reads line by line, so what the length and width rules hold for.</summary>
    public static IEnumerable<TextFile> HandWritten =>
        All.Where(file => file.Is(".cs", ".sh", ".proto", ".py", ".js", ".sql") || ShellScript.IsOne(file));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Appliance.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("Appliance.sln is in no folder above " + AppContext.BaseDirectory);
    }

    private static List<TextFile> Read()
    {
        var files = new List<TextFile>();
        var folders = new Stack<DirectoryInfo>([new DirectoryInfo(Root)]);
        while (folders.TryPop(out var folder))
        {
            foreach (var child in folder.EnumerateDirectories().Where(child => !s_skippedFolders.Contains(child.Name)))
            {
                folders.Push(child);
            }

            files.AddRange(folder.EnumerateFiles().Where(IsText).Select(ToTextFile));
        }

        files.Sort((left, right) => string.CompareOrdinal(left.Path, right.Path));
        return files;
    }

    /// <summary>Scripts without an extension (.ci/run) count as text; a binary without one does not occur.</summary>
    private static bool IsText(FileInfo file) =>
        file.Extension.Length == 0 ? file.Name != "LICENSE" : s_textExtensions.Contains(file.Extension);

    private static TextFile ToTextFile(FileInfo file) =>
        new(Path.GetRelativePath(Root, file.FullName).Replace('\\', '/'), File.ReadAllText(file.FullName));
}
