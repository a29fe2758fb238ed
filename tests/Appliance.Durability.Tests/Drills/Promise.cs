using System.Globalization;
using Appliance.Durability.Tests.Recordings;

namespace Appliance.Durability.Tests.Drills;

/// <summary>Something that a caller was told is durable.</summary>
/// <param name="Order">Its place among all operations.</param>
/// <param name="Kind">started, opened, reserved, settled or stamped.</param>
/// <param name="Words">What stands in the mark after that.</param>
/// <param name="Commit">Grows with the commits of the whole record; null where the process could not tell.</param>
internal sealed record Promise(int Order, string Kind, IReadOnlyList<string> Words, long? Commit)
{
    private const int CommitsOfARun = 1_000_000_000;

    /// <summary>The incarnation that started.</summary>
    public long Incarnation => long.Parse(Words[0], CultureInfo.InvariantCulture);

    /// <summary>The activation that was opened, the request that was reserved, settled or stamped.</summary>
    public Guid Id { get; } = Guid.TryParseExact(Words[0], "N", out var id) ? id : Guid.Empty;

    public static IReadOnlyList<Promise> ReadAll(IReadOnlyList<Operation> operations)
        => [.. operations.Index().Where(item => item.Item.Kind == OperationKind.Mark)
            .Select(item => Read(item.Index, item.Item.Text.Split(' ')))];

    public override string ToString() => $"{Kind} {string.Join(' ', Words)}";

    private static Promise Read(int order, string[] words)
    {
        if (words[0] == "started")
        {
            return new Promise(order, words[0], words[1..], Commit: null);
        }

        var commit = (long.Parse(words[^2], CultureInfo.InvariantCulture) * CommitsOfARun)
            + long.Parse(words[^1], CultureInfo.InvariantCulture);
        return new Promise(order, words[0], words[1..], commit);
    }
}
