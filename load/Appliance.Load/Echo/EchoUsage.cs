namespace Appliance.Load.Echo;

/// <summary>What a process used so far.</summary>
internal readonly record struct EchoUsage(long AllocatedBytes, long CpuTicks);
