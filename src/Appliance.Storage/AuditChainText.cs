using System.Globalization;

namespace Appliance.Storage;

/// <summary>What the first and last records of chains say. They are hashed and compared: never change them.</summary>
public static class AuditChainText
{
    /// <summary>What the first record of a chain says of it.</summary>
    public static string Opened(long chain, string node, long incarnation, long lane)
    {
        var run = incarnation == 0
            ? "a command"
            : string.Create(CultureInfo.InvariantCulture, $"run {incarnation} of {node}");
        return string.Create(CultureInfo.InvariantCulture, $"chain {chain}: {run}, lane {lane}");
    }

    /// <summary>What the last record of a chain says, and the record about the end of another's chain.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="length">Its records, the last included.</param>
    public static string Closed(long chain, long length)
        => string.Create(CultureInfo.InvariantCulture, $"chain {chain}, {length} records");

    /// <summary>Reads <see cref="Closed"/>.</summary>
    public static bool TryParseClosed(string text, out long chain, out long length)
    {
        const string Before = "chain ";
        const string Between = ", ";
        const string After = " records";
        (chain, length) = (0, 0);
        var comma = text?.IndexOf(Between, StringComparison.Ordinal) ?? -1;
        return comma > Before.Length
            && text!.StartsWith(Before, StringComparison.Ordinal)
            && text.EndsWith(After, StringComparison.Ordinal)
            && text.Length > comma + Between.Length + After.Length
            && TryParse(text.AsSpan(Before.Length, comma - Before.Length), out chain)
            && TryParse(text.AsSpan()[(comma + Between.Length)..^After.Length], out length);
    }

    private static bool TryParse(ReadOnlySpan<char> text, out long value)
        => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
