namespace Appliance.Server.Options;

/// <summary>Everything has a limit.</summary>
internal sealed class LimitSettings
{
    /// <summary>Calls in work at once; one more is refused with a retry hint. 1 to 65,536, default 4,096.</summary>
    public int CallsInFlight { get; set; } = 4_096;

    /// <summary>Largest request body, bytes. 16,384 to 67,108,864; default 4 MiB, gRPC's own default.</summary>
    public int RequestBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Client connections. 1 to 65,536, default 10,000.</summary>
    public int Connections { get; set; } = 10_000;

    /// <summary>
    /// How long a stop waits for calls in flight, 1 to 300 s. Default 25, below the usual 30 s of kill.
    /// </summary>
    public int DrainSeconds { get; set; } = 25;
}
