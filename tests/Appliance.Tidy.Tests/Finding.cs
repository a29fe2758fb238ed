namespace Appliance.Tidy.Tests;

/// <summary>One place in the repository that breaks one rule.</summary>
internal readonly record struct Finding(string Path, int Line, string What)
{
    public override string ToString() => Line > 0 ? $"{Path}:{Line}: {What}" : $"{Path}: {What}";

    /// <summary>Fails with every finding at once, so that one run shows all there is to tidy.</summary>
    public static void AssertNone(IEnumerable<Finding> findings)
    {
        var all = findings.ToList();
        Assert.True(all.Count == 0, $"{all.Count} findings:\n{string.Join('\n', all)}");
    }
}
