namespace Appliance.Timestamping.Clocks;

/// <summary>An NTP server between two rounds. Under the watch's lock.</summary>
internal sealed class AskedServer(SntpServer server)
{
    private static readonly TimeSpan s_denied = TimeSpan.FromHours(1);

    /// <summary>Intervals that a server is left alone which says that it is asked too often.</summary>
    private const int Fewer = 4;

    private long _restUntil;
    private SntpSample? _last;
    private string? _judgement;

    public SntpServer Server { get; } = server;

    /// <summary>What its last answer lacked; one that stays away is noted once.</summary>
    public string? Fault => _last?.Fault;

    /// <summary>It has asked to be left alone (RFC 5905 section 7.4).</summary>
    public bool Rests(long rawNanoseconds) => rawNanoseconds < _restUntil;

    /// <summary>Takes an answer.</summary>
    public void Take(in SntpSample sample, long rawNanoseconds, TimeSpan interval)
    {
        _last = sample;
        _judgement = null;
        if (!Rests(rawNanoseconds))
        {
            _restUntil = rawNanoseconds + (100 * sample.Kiss switch
            {
                SntpPacket.KissRate => interval.Ticks * Fewer,
                SntpPacket.KissDeny or SntpPacket.KissRestrict => s_denied.Ticks,
                _ => 0,
            });
        }
    }

    /// <summary>Why its answer counts for nothing, when all are there.</summary>
    public void Judge(string judgement) => _judgement = judgement;

    public ClockServerStatus Describe() => _last switch
    {
        null => new ClockServerStatus(Server, false, null, default, "not asked yet"),
        { Fault: { } fault } => new ClockServerStatus(Server, false, null, default, fault),
        { } sample => new ClockServerStatus(
            Server,
            _judgement is null,
            TimeSpan.FromTicks(sample.Offset),
            TimeSpan.FromTicks(sample.Radius),
            _judgement ?? "agrees"),
    };
}
