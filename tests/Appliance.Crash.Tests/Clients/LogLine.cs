using System.Globalization;

namespace Appliance.Crash.Tests.Clients;

/// <summary>One line of the client's log.</summary>
/// <param name="At">Stopwatch ticks.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Item">The id of the request.</param>
/// <param name="Attempt">Which sending of it.</param>
/// <param name="Text">The signatures in hexadecimal with commas between, or the status.</param>
internal sealed record LogLine(long At, LogKind Kind, string Item, Attempt Attempt, string Text)
{
    private const int Fields = 5;

    public IEnumerable<byte[]> Signatures => Text.Split(',').Select(Convert.FromHexString);

    public static LogLine Parse(string line)
    {
        var fields = line.Split('\t');
        Assert.Equal(Fields, fields.Length);
        return new LogLine(
            long.Parse(fields[0], CultureInfo.InvariantCulture),
            Enum.Parse<LogKind>(fields[1]),
            fields[2],
            Enum.Parse<Attempt>(fields[3]),
            fields[4]);
    }

    public override string ToString()
        => string.Create(CultureInfo.InvariantCulture, $"{At}\t{Kind}\t{Item}\t{Attempt}\t{Text}");
}
