namespace Appliance.Timestamping.Clocks;

/// <summary>What a look has found.</summary>
/// <param name="Step">By how much the wall clock was set, ticks; 0 for not at all.</param>
/// <param name="LeapApplied">It has taken the announced leap second.</param>
/// <param name="LeapMissed">It should have taken one by now and has not.</param>
internal readonly record struct ClockLook(long Step, bool LeapApplied, bool LeapMissed);
