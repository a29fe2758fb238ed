using Appliance.Timestamping.Tests.Keys;

namespace Appliance.Timestamping.Tests.Clocks;

/// <summary>The clock watch against real NTP servers, of which some lie and some go away.</summary>
public sealed class NtpServerTests : IDisposable
{
    private static readonly TimeSpan s_lie = TimeSpan.FromSeconds(30);

    private readonly List<ChronyServer> _servers = [];

    [Fact]
    public async Task A_majority_is_believed_and_a_liar_outvoted_and_without_majority_there_is_no_time()
    {
        var (right, other, liar) = (Run(), Run(), Run(s_lie));
        await using var watch = Watch(right, other, liar);
        using var unit = Unit(watch);
        watch.Start();

        await UntilAsync(() => unit.Clock.IsTrusted);
        Assert.Equal(TimestampFailure.None, Stamp(unit));
        await UntilAsync(() => watch.Servers is
            [{ IsUsable: true }, { IsUsable: true }, { Text: "contradicts the others" }]);
        Assert.InRange(watch.Servers[0].Offset!.Value.TotalSeconds, -0.5, 0.5);
        Assert.InRange(watch.Servers[2].Offset!.Value.TotalSeconds, 29.5, 30.5);
        Assert.Contains(watch.Events, entry
            => entry.Kind == ClockEventKind.ServerRefused && entry.Subject == liar.Server.ToString());

        // Of the two that are left one lies: nobody can tell which.
        right.Dispose();
        _servers.Remove(right);
        await UntilAsync(() => !unit.Clock.IsTrusted);
        Assert.Equal(TimestampFailure.TimeNotAvailable, Stamp(unit));
        Assert.Contains("no quorum for long: 1 of 3 servers agree, 2 must", unit.Clock.Text, StringComparison.Ordinal);

        Run(port: right.Server.Port);
        await UntilAsync(() => unit.Clock.IsTrusted);
        Assert.Equal(TimestampFailure.None, Stamp(unit));
    }

    [Fact]
    public async Task A_clock_that_all_servers_find_wrong_is_not_stamped_with()
    {
        await using var watch = Watch(Run(s_lie), Run(s_lie), Run(s_lie));
        using var unit = Unit(watch);
        watch.Start();

        await UntilAsync(() => watch.Servers.All(server => server.IsUsable));

        Assert.Equal(TimestampFailure.TimeNotAvailable, Stamp(unit));
        Assert.Contains("Sntp: the clock may be off by 00:00:30", unit.Clock.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_has_no_time_itself_does_not_vote()
    {
        await using var watch = Watch(Run(), Run(hasTime: false));
        using var unit = Unit(watch);
        watch.Start();

        // Before it listens it cannot be reached.
        await UntilAsync(() => watch.Servers[0].Offset is not null
            && watch.Servers[1].Text.Contains("not synchronised", StringComparison.Ordinal));

        Assert.Equal(TimestampFailure.TimeNotAvailable, Stamp(unit));
    }

    public void Dispose() => _servers.ForEach(server => server.Dispose());

    private static ClockWatch Watch(params ChronyServer[] servers) => new(new ClockWatchOptions
    {
        CheckInterval = TimeSpan.FromSeconds(2),
        SntpInterval = TimeSpan.FromSeconds(1),
        Servers = [.. servers.Select(server => server.Server)],
    });

    private static TimestampUnit Unit(ClockWatch watch)
    {
        var key = MemoryKey.P256;
        return new TimestampUnit(
            new TimestampUnitOptions
            {
                Name = "unit",
                DefaultPolicy = UnitScene.Policy,
                Accuracy = new TimestampAccuracy(1, 0),
                Sources = ClockSources.Sntp,
            },
            key.Reference,
            [key.Certificate, Authority.Root],
            watch);
    }

    private static TimestampFailure Stamp(TimestampUnit unit)
    {
        var stamp = unit.NewStamp();
        Assert.Equal(TimestampFailure.None, stamp.Prepare(TimestampRequest.Create(
            System.Security.Cryptography.HashAlgorithmName.SHA256, UnitScene.Digest)));
        return stamp.TryBegin()
            ? stamp.Complete(MemoryKey.P256.Sign(stamp.Digest, unit.Scheme.HashAlgorithm), out _)
            : stamp.Failure;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!condition())
        {
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    private ChronyServer Run(TimeSpan offset = default, bool hasTime = true, int? port = null)
    {
        var server = new ChronyServer(offset, hasTime, port);
        _servers.Add(server);
        return server;
    }
}
