namespace Appliance.Tidy.Tests.Source;

/// <summary>A file fits a reader's head (500 lines) and a line fits beside another (120 columns).</summary>
internal static class LengthRule
{
    public const int MaximumLines = 500;
    public const int MaximumColumns = 120;

    public static IEnumerable<Finding> CheckFile(TextFile file)
    {
        var lines = file.Lines().Count;
        return lines > MaximumLines ? [new Finding(file.Path, 0, $"has {lines} lines, {MaximumLines} at most")] : [];
    }

    public static IEnumerable<Finding> CheckWidth(TextFile file) => file.Lines()
        .Select((line, index) => (Columns: line.EnumerateRunes().Count(), Number: index + 1))
        .Where(line => line.Columns > MaximumColumns)
        .Select(line => new Finding(file.Path, line.Number, $"{line.Columns} columns, {MaximumColumns} at most"));
}
