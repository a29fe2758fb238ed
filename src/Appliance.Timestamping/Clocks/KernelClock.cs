namespace Appliance.Timestamping.Clocks;

/// <summary>What adjtimex(2) says.</summary>
/// <param name="IsSynchronised">Neither TIME_ERROR nor STA_UNSYNC.</param>
/// <param name="MaximumError">The kernel's bound; it grows by 500 ppm until a daemon sets it again.</param>
/// <param name="Leap">A leap second is armed for the end of this UTC day, or is happening.</param>
internal readonly record struct KernelClock(bool IsSynchronised, TimeSpan MaximumError, LeapDirection Leap);
