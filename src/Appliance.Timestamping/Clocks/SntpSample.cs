namespace Appliance.Timestamping.Clocks;

/// <summary>One answer of an NTP server, or why there is none.</summary>
/// <param name="Fault">Null for an answer that can be used.</param>
/// <param name="Offset">True time minus wall clock, in ticks.</param>
/// <param name="Radius">The offset is right within this: half the delays, and the server's dispersion; ticks.</param>
/// <param name="WallOffset">Wall minus raw clock when it was asked, in ticks.</param>
/// <param name="RawNanoseconds">When it was asked.</param>
/// <param name="Leap">The server's leap indicator.</param>
internal readonly record struct SntpSample(
    string? Fault,
    long Offset = 0,
    long Radius = 0,
    long WallOffset = 0,
    long RawNanoseconds = 0,
    LeapDirection Leap = LeapDirection.None)
{
    /// <summary>The code of a kiss-o'-death; null for everything else.</summary>
    public string? Kiss { get; init; }
}
