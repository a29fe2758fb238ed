namespace Appliance.Timestamping;

/// <summary>What an NTP server last said, for metrics and <c>doctor</c>.</summary>
/// <param name="Server">Which.</param>
/// <param name="IsUsable">It answered, and the others do not contradict it.</param>
/// <param name="Offset">True time by its word minus the wall clock; null when it has not answered.</param>
/// <param name="Radius">The offset is right within this, by its word.</param>
/// <param name="Text">In words.</param>
public readonly record struct ClockServerStatus(
    SntpServer Server, bool IsUsable, TimeSpan? Offset, TimeSpan Radius, string Text);
