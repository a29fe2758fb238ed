namespace Appliance.Tidy.Tests.Markdown;

public sealed class LinkRuleTests
{
    private const string Page = "# Signing\n\n## One signHash, end to end\n\n## Again\n\n## Again\n";

    [Fact]
    public void Links_of_this_repository_resolve() =>
        Finding.AssertNone(RepositoryFiles.All.Where(file => file.Is(".md"))
            .SelectMany(file => LinkRule.Check(file, Find)));

    [Theory]
    [InlineData("[a](../README.md)")]
    [InlineData("[a](page.md#one-signhash-end-to-end)")]
    [InlineData("[a](page.md#again-1)")]
    [InlineData("[a](./page.md \"title\")")]
    [InlineData("[a](#here)\n# Here\n")]
    [InlineData("[a](https://example.invalid/nothing)")]
    [InlineData("`[a](nothing.md)`")]
    [InlineData("```\n[a](nothing.md)\n```\n")]
    [InlineData("[a]: page.md")]
    public void A_link_that_leads_somewhere_is_accepted(string text) => Assert.Empty(Check(text));

    [Theory]
    [InlineData("[a](nothing.md)", "leads to nothing")]
    [InlineData("![a](picture.png)", "leads to nothing")]
    [InlineData("[a]: nothing.md", "leads to nothing")]
    [InlineData("[a](page.md#one-signhash)", "names no heading")]
    [InlineData("[a](#there)\n# Here\n", "names no heading")]
    [InlineData("[a](../../outside.md)", "leads out of the repository")]
    [InlineData("```\ncode\n```\n[a](nothing.md)", "leads to nothing")]
    public void A_link_that_leads_nowhere_is_found(string text, string why) =>
        Assert.Contains(why, Assert.Single(Check(text)).What, StringComparison.Ordinal);

    private static IEnumerable<Finding> Check(string text) =>
        LinkRule.Check(new TextFile("docs/sample.md", text), path => path switch
        {
            "README.md" => new TextFile(path, ""),
            "docs/page.md" => new TextFile(path, Page),
            _ => null,
        });

    private static TextFile? Find(string path)
    {
        var full = Path.Combine(RepositoryFiles.Root, path);
        return RepositoryFiles.All.FirstOrDefault(file => file.Path == path)
            ?? (File.Exists(full) || Directory.Exists(full) ? new TextFile(path, "") : null);
    }
}
