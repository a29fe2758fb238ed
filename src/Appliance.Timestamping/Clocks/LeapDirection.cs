namespace Appliance.Timestamping.Clocks;

/// <summary>Leap indicator of NTP (RFC 5905 section 7.3) and of the kernel.</summary>
internal enum LeapDirection
{
    None = 0,

    /// <summary>The day's last minute has 61 seconds: the clock repeats one.</summary>
    Insert = 1,

    /// <summary>The day's last minute has 59 seconds: the clock skips one.</summary>
    Delete = 2,
}
