using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Appliance.Tidy.Tests.Source;

/// <summary>A test waits for the condition it needs, never for a time that was long enough once. A delay without end,
/// to be cancelled, is no such wait.</summary>
internal static class WaitRule
{
    public static IEnumerable<Finding> Check(CSharpFile file) =>
        from call in file.Root.DescendantNodes().OfType<MemberAccessExpressionSyntax>()
        let type = call.Expression switch
        {
            MemberAccessExpressionSyntax qualified => qualified.Name.Identifier.Text,
            SimpleNameSyntax simple => simple.Identifier.Text,
            _ => "",
        }
        let name = $"{type}.{call.Name.Identifier.Text}"
        where name is ("Thread.Sleep" or "Task.Delay" or "Thread.SpinWait") && !IsEndless(call)
        select file.At(call, $"{name} in a test; wait for the condition instead");

    private static bool IsEndless(MemberAccessExpressionSyntax call) =>
        call.Parent is InvocationExpressionSyntax { ArgumentList.Arguments: [var time, _, ..] }
        && time.Expression is MemberAccessExpressionSyntax { Name.Identifier.Text: "Infinite" or "InfiniteTimeSpan" };
}
