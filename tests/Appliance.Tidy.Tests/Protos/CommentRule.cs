using System.Text.RegularExpressions;

namespace Appliance.Tidy.Tests.Protos;

/// <summary>
/// Each service, rpc, message, enum, value and field of a proto file says what it is: by a comment on the line above it
/// or behind it. These comments are the contract's documentation.
/// </summary>
internal static partial class CommentRule
{
    public static IEnumerable<Finding> Check(TextFile proto)
    {
        var lines = proto.Lines();
        var isComment = false;
        for (var index = 0; index < lines.Count; index++)
        {
            var line = lines[index].Trim();
            if (Declaration().Match(line) is { Success: true } declared
                && !isComment && !line.Contains("//", StringComparison.Ordinal))
            {
                yield return new Finding(proto.Path, index + 1, $"{declared.Groups["name"].Value} has no comment");
            }

            isComment = line.StartsWith("//", StringComparison.Ordinal);
        }
    }

    /// <summary>A block or an rpc by its keyword; a field or a value by its number.</summary>
    [GeneratedRegex(
        @"^(?:(?:service|rpc|message|enum)\s+(?<name>\w+)"
        + @"|(?:(?:optional|repeated)\s+)?(?:map\s*<[^>]*>|[\w.]+)\s+(?<name>\w+)\s*=\s*\d+"
        + @"|(?<name>\w+)\s*=\s*-?(?:\d+|0x[0-9A-Fa-f]+)\s*[;\[])")]
    private static partial Regex Declaration();
}
