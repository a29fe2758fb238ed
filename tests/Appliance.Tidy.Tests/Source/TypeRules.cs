using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Appliance.Tidy.Tests.Source;

/// <summary>How types are declared: one to a file, closed unless meant to be open.</summary>
internal static class TypeRules
{
    /// <summary>One top-level type per file; Foo and Foo&lt;T&gt; count as one.</summary>
    public static IEnumerable<Finding> CheckOneTypePerFile(CSharpFile file)
    {
        var types = file.Root.DescendantNodes(node => node is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax)
            .OfType<MemberDeclarationSyntax>().Select(NameOf).OfType<string>()
            .Distinct(StringComparer.Ordinal).ToList();
        return types.Count > 1 ? [new Finding(file.Path, 0, $"{types.Count} types: {string.Join(", ", types)}")] : [];
    }

    /// <summary>Each class is sealed, static or abstract; for a partial class one of its parts says so. An exception
    /// that others of the product derive from may be open: it is thrown, and its family is caught by it.</summary>
    public static IEnumerable<Finding> CheckSealed(IEnumerable<CSharpFile> files)
    {
        var classes = files.SelectMany(ClassesOf).ToList();
        var bases = classes.SelectMany(declaration => BasesOf(declaration.Class)).ToHashSet(StringComparer.Ordinal);
        return from parts in classes.GroupBy(declaration => declaration.Name, StringComparer.Ordinal)
               where !parts.SelectMany(part => part.Class.Modifiers).Any(IsClosing)
               let first = parts.First()
               let name = first.Class.Identifier.Text
               where !(name.EndsWith("Exception", StringComparison.Ordinal) && bases.Contains(name))
               select first.File.At(first.Class, $"the class {parts.Key} is neither sealed, static nor abstract");
    }

    /// <summary>An interface has at least two implementations in the product; else a class does.</summary>
    public static IEnumerable<Finding> CheckInterfaces(IEnumerable<CSharpFile> files)
    {
        var all = files.ToList();
        var bases = all.SelectMany(file => file.Root.DescendantNodes().OfType<TypeDeclarationSyntax>())
            .SelectMany(type => BasesOf(type).Select(name => (Type: type, Base: name)))
            .ToLookup(pair => pair.Base, pair => pair.Type, StringComparer.Ordinal);
        return from file in all
               from type in file.Root.DescendantNodes().OfType<InterfaceDeclarationSyntax>()
               let name = type.Identifier.Text
               let count = Implementations(name, bases).Distinct(StringComparer.Ordinal).Count()
               where count < 2
               select file.At(type, $"the interface {name} has {count} implementations in src, 2 at least");
    }

    private static IEnumerable<string> Implementations(string name, ILookup<string, TypeDeclarationSyntax> bases) =>
        bases[name].SelectMany(type => type is InterfaceDeclarationSyntax
            ? Implementations(type.Identifier.Text, bases)
            : [FullName(type)]);

    private static IEnumerable<string> BasesOf(TypeDeclarationSyntax type) =>
        type.BaseList?.Types.Select(entry => SimpleName(entry.Type)) ?? [];

    private static string SimpleName(TypeSyntax type) => type switch
    {
        QualifiedNameSyntax qualified => qualified.Right.Identifier.Text,
        SimpleNameSyntax simple => simple.Identifier.Text,
        _ => type.ToString(),
    };

    private static IEnumerable<(CSharpFile File, TypeDeclarationSyntax Class, string Name)> ClassesOf(
        CSharpFile file) => file.Root.DescendantNodes().OfType<TypeDeclarationSyntax>()
            .Where(type => type.Kind() is SyntaxKind.ClassDeclaration or SyntaxKind.RecordDeclaration)
            .Select(type => (file, type, FullName(type)));

    private static bool IsClosing(SyntaxToken modifier) =>
        modifier.Kind() is SyntaxKind.SealedKeyword or SyntaxKind.StaticKeyword or SyntaxKind.AbstractKeyword;

    private static string FullName(TypeDeclarationSyntax type) => string.Join('.', type.AncestorsAndSelf().Reverse()
        .Select(node => node switch
        {
            BaseNamespaceDeclarationSyntax space => space.Name.ToString(),
            TypeDeclarationSyntax outer => outer.Identifier.Text + outer.TypeParameterList,
            _ => null,
        }).OfType<string>());

    private static string? NameOf(MemberDeclarationSyntax member) => member switch
    {
        BaseTypeDeclarationSyntax type => type.Identifier.Text,
        DelegateDeclarationSyntax type => type.Identifier.Text,
        _ => null,
    };
}
