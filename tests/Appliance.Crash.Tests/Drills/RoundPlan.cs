using System.Globalization;

namespace Appliance.Crash.Tests.Drills;

/// <summary>One round of a drill; seed and number decide all of it.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Kind">Of the round.</param>
/// <param name="KillAfter">From when enough calls are in flight to the kill.</param>
/// <param name="Before">Longest delay before the token signs.</param>
/// <param name="After">Longest delay after it.</param>
/// <param name="Dispatch">Token:Dispatch.</param>
/// <param name="WitnessSeed">Of the delays of single signatures.</param>
internal sealed record RoundPlan(
    int Number,
    RoundKind Kind,
    TimeSpan KillAfter,
    TimeSpan Before,
    TimeSpan After,
    string Dispatch,
    long WitnessSeed)
{
    public static RoundPlan Of(int seed, int number)
    {
        var random = new Random(Mix(seed, number));
        var kind = (RoundKind)(number % 4);
        var (least, most, before, after) = kind switch
        {
            RoundKind.Burst => (0.0, 10.0, 4.0, 4.0),
            RoundKind.SlowToSign => (40.0, 500.0, 20.0, 0.2),
            RoundKind.SlowToAnswer => (40.0, 500.0, 0.2, 20.0),
            _ => (20.0, 700.0, 4.0, 4.0),
        };
        return new RoundPlan(
            number,
            kind,
            TimeSpan.FromMilliseconds(least + (random.NextDouble() * (most - least))),
            TimeSpan.FromMilliseconds(before),
            TimeSpan.FromMilliseconds(after),
            kind == RoundKind.Mixed && random.Next(2) == 0 ? "inline" : "workers",
            random.NextInt64());
    }

    /// <summary>SplitMix64's finaliser: neighbours get generators that have nothing in common.</summary>
    private static int Mix(int seed, int number)
    {
        unchecked
        {
            var value = (((ulong)(uint)seed << 32) + (uint)number + 0x9E3779B97F4A7C15UL) * 0xBF58476D1CE4E5B9UL;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EBUL;
            return (int)(value ^ (value >> 31));
        }
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Number,3} {Kind,-12} {Dispatch,-7} killed after {KillAfter.TotalMilliseconds,5:F1} ms");
}
