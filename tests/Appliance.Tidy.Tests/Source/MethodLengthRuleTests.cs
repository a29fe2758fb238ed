namespace Appliance.Tidy.Tests.Source;

public sealed class MethodLengthRuleTests
{
    [Fact]
    public void Methods_of_this_repository_have_70_lines_at_most() =>
        Finding.AssertNone(CSharpFile.In("src", "tests", "bench", "load").SelectMany(MethodLengthRule.Check));

    [Theory]
    [InlineData("class C { void M()", "{", "}", "}")]
    [InlineData("class C { C()", "{", "}", "}")]
    [InlineData("class C { int P { get", "{", "return 1; }", "} }")]
    [InlineData("class C { void M() { void Local()", "{", "}", "} }")]
    [InlineData("class C { static C operator +(C a, C b)", "{", "return a; }", "}")]
    [InlineData("class C { System.Action F = () =>", "{", "};", "}")]
    [InlineData("class C { int M()", "=> 1", ";", "}")]
    public void A_method_of_71_lines_is_found(string head, string open, string close, string tail)
    {
        var filler = open[0] == '{' ? ";\n" : "+ 1\n";

        Assert.Empty(MethodLengthRule.Check(Sample(66)));
        Assert.NotEmpty(MethodLengthRule.Check(Sample(71)));

        CSharpFile Sample(int lines) => CSharpFile.Sample(
            $"{head}\n{open}\n{string.Concat(Enumerable.Repeat(filler, lines))}{close}\n{tail}");
    }

    [Fact]
    public void The_limit_counts_from_brace_to_brace()
    {
        Assert.Empty(MethodLengthRule.Check(Sample(MethodLengthRule.MaximumLines)));
        Assert.Equal(1, Assert.Single(MethodLengthRule.Check(Sample(MethodLengthRule.MaximumLines + 1))).Line);

        static CSharpFile Sample(int lines) =>
            CSharpFile.Sample($"class C {{ void M()\n{{\n{string.Concat(Enumerable.Repeat(";\n", lines - 2))}}}\n}}");
    }
}
