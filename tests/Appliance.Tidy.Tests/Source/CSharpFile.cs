using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Appliance.Tidy.Tests.Source;

/// <summary>A C# file and its syntax; the syntax alone answers these rules, so nothing is bound or compiled.</summary>
internal sealed class CSharpFile
{
    private static readonly ConcurrentDictionary<string, CSharpFile> s_parsed = new(StringComparer.Ordinal);

    private CSharpFile(TextFile file)
    {
        Path = file.Path;
        Root = CSharpSyntaxTree.ParseText(file.Text, new CSharpParseOptions(LanguageVersion.Latest),
            cancellationToken: TestContext.Current.CancellationToken).GetRoot(TestContext.Current.CancellationToken);
    }

    public string Path { get; }

    public SyntaxNode Root { get; }

    /// <summary>The C# files under one of the top folders, parsed once for all rules.</summary>
    public static IEnumerable<CSharpFile> In(params string[] folders) =>
        RepositoryFiles.CSharp.Where(file => folders.Any(file.IsIn))
            .Select(file => s_parsed.GetOrAdd(file.Path, static (_, text) => new CSharpFile(text), file));

    public static CSharpFile Sample(string text, string path = "src/Appliance.Sample/Sample.cs") =>
        new(new TextFile(path, text));

    public Finding At(SyntaxNode node, string what) => new(Path, LineOf(node), what);

    private static int LineOf(SyntaxNode node) => node.GetLocation().GetLineSpan().StartLinePosition.Line + 1;
}
