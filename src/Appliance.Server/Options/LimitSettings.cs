namespace Appliance.Server.Options;

/// <summary>Everything has a limit.</summary>
internal sealed class LimitSettings
{
    /// <summary>
    /// Calls in work at once; one more is refused with a retry hint. A client that has less than its share (these over
    /// the clients that are there) gets in even then, so that there are twice as many at most. 1 to 65,536, default
    /// 4,096.
    /// </summary>
    public int CallsInFlight { get; set; } = 4_096;

    /// <summary>
    /// The same for bulk calls (more than 16 signatures, or chunks of a bulk activation), which have these places to
    /// themselves. 1 to 65,536, default 512.
    /// </summary>
    public int BulkCalls { get; set; } = 512;

    /// <summary>
    /// An interactive call that would have to wait longer for its signatures is refused at once, milliseconds; a
    /// deadline of the caller's own holds as well. 0 for no limit, to 600,000; default 10,000.
    /// </summary>
    public int LongestWaitMilliseconds { get; set; } = 10_000;

    /// <summary>
    /// Calls of SignHashStream at once, and as many of StampStream; one more is refused. 1 to 1,024, default 64.
    /// </summary>
    public int Streams { get; set; } = 64;

    /// <summary>
    /// Items of one stream that were read and whose results its client has not been sent; then it waits. 1 to 4,096,
    /// default 256.
    /// </summary>
    public int StreamItems { get; set; } = 256;

    /// <summary>
    /// Items of all streams, and digests of calls for many time stamps, that are at work at once; more wait. They have
    /// these places to themselves, and calls have theirs. 1 to 65,536, default 2,048.
    /// </summary>
    public int StreamItemsInWork { get; set; } = 2_048;

    /// <summary>
    /// Calls in work of who has no token, only a one-time link or nothing: recovery, pairing, activation. They have
    /// places among those of all calls. 1 to 4,096, default 64.
    /// </summary>
    public int OpenCalls { get; set; } = 64;

    /// <summary>Largest request body, bytes. 16,384 to 67,108,864; default 4 MiB, gRPC's own default.</summary>
    public int RequestBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Client connections. 1 to 65,536, default 10,000.</summary>
    public int Connections { get; set; } = 10_000;

    /// <summary>
    /// How long a stop waits for calls in flight, 1 to 300 s. Default 25, below the usual 30 s of kill.
    /// </summary>
    public int DrainSeconds { get; set; } = 25;

    /// <summary>
    /// What can be at work at once, so that the queues behind have room for it: what was let in is refused nowhere. A
    /// stream itself may have one refusal to record beside its items.
    /// </summary>
    public int MostInWork() => (2 * (CallsInFlight + BulkCalls)) + (2 * Streams) + StreamItemsInWork;
}
