namespace Appliance.Tidy.Tests.Source;

public sealed class LengthRuleTests
{
    private const int TargetMedian = 80;
    private const int TargetNinetieth = 250;

    [Fact]
    public void Files_of_this_repository_have_500_lines_at_most() =>
        Finding.AssertNone(RepositoryFiles.HandWritten.SelectMany(LengthRule.CheckFile));

    [Fact]
    public void Lines_of_this_repository_have_120_columns_at_most() =>
        Finding.AssertNone(RepositoryFiles.HandWritten.SelectMany(LengthRule.CheckWidth));

    [Fact]
    public void Product_files_keep_to_the_target_sizes()
    {
        var lengths = RepositoryFiles.CSharp.Where(file => file.IsIn("src"))
            .Select(file => (Lines: file.Lines().Count, file.Path)).Order().ToList();
        Assert.NotEmpty(lengths);

        var median = lengths[lengths.Count / 2].Lines;
        var ninetieth = lengths[lengths.Count * 9 / 10].Lines;
        var report = $"{lengths.Count} files, lines: median {median} (target {TargetMedian}), "
            + $"p90 {ninetieth} (target {TargetNinetieth}), longest {lengths[^1]}";
        TestContext.Current.SendDiagnosticMessage(report);
        Assert.True(median <= TargetMedian && ninetieth <= TargetNinetieth, report);
    }

    [Fact]
    public void A_file_of_501_lines_is_found()
    {
        Assert.Empty(LengthRule.CheckFile(Sample(string.Concat(Enumerable.Repeat("line\n", 500)))));
        Assert.Single(LengthRule.CheckFile(Sample(string.Concat(Enumerable.Repeat("line\n", 501)))));
        Assert.Single(LengthRule.CheckFile(Sample(string.Concat(Enumerable.Repeat("line\r\n", 500)) + "no line end")));
    }

    [Fact]
    public void A_line_of_121_columns_is_found()
    {
        Assert.Empty(LengthRule.CheckWidth(Sample(new string('a', 120) + "\nshort\n" + new string('ț', 120))));
        Assert.Equal(2, Assert.Single(LengthRule.CheckWidth(Sample("short\n" + new string('a', 121)))).Line);
    }

    private static TextFile Sample(string text) => new("src/Sample.cs", text);
}
