using System.Text.RegularExpressions;

namespace Appliance.Tidy.Tests.Source;

/// <summary>Work left over names the issue that owns it (STYLE.md shows how).</summary>
internal static partial class MarkerRule
{
    public static IEnumerable<Finding> Check(TextFile file) => file.Lines()
        .Select((line, index) => (Text: line, Number: index + 1))
        .Where(line => Marker().IsMatch(line.Text) && !Owned().IsMatch(line.Text))
        .Select(line => new Finding(file.Path, line.Number, "a marker of work left over without an issue number"));

    // Written so that this file does not hold the words it looks for.
    [GeneratedRegex(@"\b(TO[D]O|FIX[M]E|HA[C]K|XX[X])\b")]
    private static partial Regex Marker();

    [GeneratedRegex(@"\b(TO[D]O|FIX[M]E|HA[C]K|XX[X])\s*\(?#[0-9]+")]
    private static partial Regex Owned();
}
