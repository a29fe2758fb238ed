namespace Appliance.Server.Options;

/// <summary>Section Limits: what one process takes on.</summary>
internal sealed class LimitSettings
{
    /// <summary>Limits:InFlight. Requests of both wires in progress; more get 429. Default 4,096.</summary>
    public int InFlight { get; init; } = 4_096;

    /// <summary>Limits:BodyBytes. Largest REST body. Default 1 MiB: 10,000 SHA-512 hashes in Base64 fit.</summary>
    public int BodyBytes { get; init; } = 1 << 20;

    /// <summary>Limits:MessageBytes. Largest gRPC message either way. Default 4 MiB, as gRPC elsewhere.</summary>
    public int MessageBytes { get; init; } = 4 << 20;

    /// <summary>Limits:PageSize. Most entries of a version 1 credentials/list answer. Default 1,000.</summary>
    public int PageSize { get; init; } = 1_000;

    /// <summary>Limits:Connections. Open connections of both wires. Default 10,000.</summary>
    public int Connections { get; init; } = 10_000;

    /// <summary>Limits:StreamsPerConnection. HTTP/2 calls at a time on a connection. Default 512.</summary>
    public int StreamsPerConnection { get; init; } = 512;

    /// <summary>Limits:StopSeconds. How long a stop waits for what is in flight. Default 25, below systemd's 90.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(25);

    public static LimitSettings Read(SettingsReader settings) => new()
    {
        InFlight = settings.Integer("Limits:InFlight", 4_096, 1, 1_000_000),
        BodyBytes = settings.Integer("Limits:BodyBytes", 1 << 20, 4_096, 64 << 20),
        MessageBytes = settings.Integer("Limits:MessageBytes", 4 << 20, 4_096, 64 << 20),
        PageSize = settings.Integer("Limits:PageSize", 1_000, 1, 10_000),
        Connections = settings.Integer("Limits:Connections", 10_000, 1, 1_000_000),
        StreamsPerConnection = settings.Integer("Limits:StreamsPerConnection", 512, 1, 100_000),
        StopTimeout = settings.Seconds(
            "Limits:StopSeconds", TimeSpan.FromSeconds(25), TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)),
    };
}
