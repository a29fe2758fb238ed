namespace Appliance.Tidy.Tests.Source;

public sealed class MarkerRuleTests
{
    [Fact]
    public void Work_left_over_in_this_repository_has_an_issue() =>
        Finding.AssertNone(RepositoryFiles.All.Where(file => !file.Is(".md", ".json")).SelectMany(MarkerRule.Check));

    [Theory]
    [InlineData("TO", "DO: later", 1)]
    [InlineData("FIX", "ME", 1)]
    [InlineData("HA", "CK around it", 1)]
    [InlineData("XX", "X", 1)]
    [InlineData("TO", "DO #: later", 1)]
    [InlineData("TO", "DO(#12): later", 0)]
    [InlineData("TO", "DO #12: later", 0)]
    [InlineData("mktemp -d name.XX", "XXXX", 0)]
    [InlineData("a to", "do list", 0)]
    public void A_marker_without_an_issue_is_found(string left, string right, int findings) =>
        Assert.Equal(findings, MarkerRule.Check(new TextFile("src/Sample.cs", $"// {left}{right}")).Count());
}
