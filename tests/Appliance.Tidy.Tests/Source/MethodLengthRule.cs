using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Appliance.Tidy.Tests.Source;

/// <summary>A method fits a screen: 70 lines from its first brace or arrow to its end.</summary>
internal static class MethodLengthRule
{
    public const int MaximumLines = 70;

    public static IEnumerable<Finding> Check(CSharpFile file) =>
        from body in file.Root.DescendantNodes().Select(BodyOf).OfType<SyntaxNode>()
        let lines = LinesOf(body)
        where lines > MaximumLines
        select file.At(body.Parent!, $"a method of {lines} lines, {MaximumLines} at most");

    private static SyntaxNode? BodyOf(SyntaxNode node) => node switch
    {
        BaseMethodDeclarationSyntax method => (SyntaxNode?)method.Body ?? method.ExpressionBody,
        LocalFunctionStatementSyntax function => (SyntaxNode?)function.Body ?? function.ExpressionBody,
        AccessorDeclarationSyntax accessor => (SyntaxNode?)accessor.Body ?? accessor.ExpressionBody,
        PropertyDeclarationSyntax property => property.ExpressionBody,
        AnonymousFunctionExpressionSyntax lambda => lambda.Body,
        _ => null,
    };

    private static int LinesOf(SyntaxNode node)
    {
        var span = node.GetLocation().GetLineSpan();
        return span.EndLinePosition.Line - span.StartLinePosition.Line + 1;
    }
}
