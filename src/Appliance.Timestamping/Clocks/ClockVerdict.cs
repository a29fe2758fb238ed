namespace Appliance.Timestamping.Clocks;

/// <summary>What the last look means for one unit. Replaced as a whole.</summary>
/// <param name="IsTrusted">The required sources agree.</param>
/// <param name="Text">Why not, or "agree".</param>
/// <param name="Offset">Wall minus raw clock, ticks.</param>
/// <param name="Headroom">Ticks that the wall clock may have moved since before the accuracy is used up.</param>
/// <param name="ValidUntil">Raw nanoseconds after which the watch itself is missing.</param>
/// <param name="Leap">A leap second to keep away from.</param>
internal sealed record ClockVerdict(
    bool IsTrusted, string Text, long Offset, long Headroom, long ValidUntil, LeapSecond Leap)
{
    public static ClockVerdict Unknown { get; } = new(false, "not looked at yet", 0, 0, 0, default);
}
