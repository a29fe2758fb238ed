namespace Appliance.Load.Echo;

/// <summary>One round of one case.</summary>
internal readonly record struct EchoRound(
    double CallsPerSecond, double ServerCpuUs, double ClientCpuUs, double ServerBytes);
