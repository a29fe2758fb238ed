using Appliance.Timestamping.Clocks;
using Appliance.Timestamping.Tests.Keys;

namespace Appliance.Timestamping.Tests;

/// <summary>Wall clock, raw clock, kernel and NTP servers as the test sets them.</summary>
internal sealed class SetClocks : TimeProvider
{
    public static readonly DateTimeOffset Beginning = Authority.Born.AddDays(100);

    private long _wall = Beginning.UtcTicks;
    private long _raw = 1_000_000_000;

    public KernelClock? Kernel { get; set; } = new KernelClock(true, TimeSpan.FromMilliseconds(10), LeapDirection.None);

    /// <summary>By server: true time minus wall clock, and radius.</summary>
    public Dictionary<string, (TimeSpan Offset, TimeSpan Radius, LeapDirection Leap)> Servers { get; } =
        new(StringComparer.Ordinal);

    public override DateTimeOffset GetUtcNow() => new(Volatile.Read(ref _wall), TimeSpan.Zero);

    /// <summary>Time passes; the wall clock slews by so many ppm meanwhile.</summary>
    public void Advance(TimeSpan by, int ppm = 0)
    {
        Interlocked.Add(ref _raw, by.Ticks * 100);
        Interlocked.Add(ref _wall, by.Ticks + (by.Ticks * ppm / 1_000_000));
    }

    /// <summary>Somebody sets the wall clock; servers find it off by so much more.</summary>
    public void Step(TimeSpan by)
    {
        Interlocked.Add(ref _wall, by.Ticks);
        foreach (var (name, server) in Servers.ToList())
        {
            Servers[name] = server with { Offset = server.Offset - by };
        }
    }

    public void SetWall(DateTimeOffset time) => Volatile.Write(ref _wall, time.UtcTicks);

    public long Raw() => Volatile.Read(ref _raw);

    public ClockWatch Watch(ClockWatchOptions? options = null, Action<ClockEvent>? onEvent = null)
        => new(
            options ?? new ClockWatchOptions { AssertedUntil = Beginning.AddYears(1) },
            this,
            logger: null,
            onEvent,
            new ClockReaders(Raw, () => Kernel, Query));

    private ValueTask<SntpSample> Query(SntpServer server, CancellationToken cancellationToken)
        => ValueTask.FromResult(Servers.TryGetValue(server.Host, out var answer)
            ? new SntpSample(
                null,
                answer.Offset.Ticks,
                answer.Radius.Ticks,
                GetUtcNow().UtcTicks - (Raw() / 100),
                Raw(),
                answer.Leap)
            : new SntpSample("no answer in time"));
}
