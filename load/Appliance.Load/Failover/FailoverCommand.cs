using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Appliance.Load.Ratio;
using Appliance.Load.Timestamps;

namespace Appliance.Load.Failover;

/// <summary>
/// What a group is for: under a steady load at half of what the appliance can do, what is behind one of two slots is
/// killed again and again, and no call fails; with one slot only, calls fail fast while it is down and succeed soon
/// after it is back. JSON lines. load/failover.sh starts the appliance and calls this.
/// </summary>
internal sealed class FailoverCommand
{
    private const int Kills = 20;
    private const int QuickKills = 3;
    private const int MostP99Milliseconds = 250;
    private const int MostFailingMilliseconds = 50;
    private const int MostRecoveryMilliseconds = 2_000;
    private const int CallersOfOneSlot = 100;

    private static readonly TimeSpan s_seenWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_backWithin = TimeSpan.FromSeconds(30);

    /// <summary>A call that was on its way when the backend was killed may be the one that meets it.</summary>
    private static readonly TimeSpan s_before = TimeSpan.FromMilliseconds(250);

    private readonly Slots _slots;
    private readonly SteadyLoad _load;
    private readonly Fixture _fixture;

    private FailoverCommand(Fixture fixture, SteadyLoad load)
    {
        _fixture = fixture;
        _load = load;
        _slots = new Slots(fixture);
    }

    public static async Task<int> RunAsync(string[] args)
    {
        var directory = args[0];
        var kills = args.Contains("--quick", StringComparer.Ordinal) ? QuickKills : Kills;
        var fixture = Fixture.Read(directory);
        using var calls = new ApplianceCalls(new Uri(fixture.Grpc));
        var tokens = await SigningLoad.LoginAsync(fixture, calls);
        var activations = await SigningLoad.AuthorizeAsync(SigningLoad.Algorithms[1], 0, fixture, calls, tokens);
        using var load = new SteadyLoad(new Uri(fixture.Grpc), activations, tokens);
        var drill = new FailoverCommand(fixture, load);
        var held = await drill.KillOneOfTwoAsync(kills);
        held &= await drill.KillTheOnlyOneAsync();
        var tallies = new Tallies();
        tallies.Add(load.Answers);
        var agreed = await AgreementCheck.RunAsync(
            fixture, tallies, Path.Combine(directory, "store.db"), withFailures: true);
        return held ? agreed : 1;
    }

    private async Task<bool> KillOneOfTwoAsync(int kills)
    {
        await _load.MeasureAsync(32, TimeSpan.FromSeconds(1));
        var capacity = await _load.MeasureAsync(32, TimeSpan.FromSeconds(3));
        var before = _load.Calls.Count;
        using var stop = new CancellationTokenSource();
        var running = Task.Run(() => _load.RunAsync(capacity / 2, stop.Token), CancellationToken.None);
        var windows = new List<(long From, long To)>();
        var seen = 0;
        for (var kill = 1; kill <= kills; kill++)
        {
            await PauseAsync(300, 1_000);
            var backend = _slots.Backends[RandomNumberGenerator.GetInt32(_slots.Backends.Count)];
            var from = Stopwatch.GetTimestamp();
            await Slots.KillAsync(backend);
            var left = await _slots.AwaitAsync(backend.Slot, ready: false, s_seenWithin);
            await PauseAsync(200, 1_000);
            await Slots.RestartAsync(backend);
            var back = await _slots.AwaitAsync(backend.Slot, ready: true, s_backWithin);
            windows.Add((from - (long)(s_before.TotalSeconds * Stopwatch.Frequency), Stopwatch.GetTimestamp()));
            seen += left is not null && back is not null ? 1 : 0;
            Print(new
            {
                @case = "kill",
                kill,
                slot = backend.Slot,
                leftReadyMs = Milliseconds(left),
                backAfterRestartMs = Milliseconds(back),
            });
        }

        await stop.CancelAsync();
        await running;
        var all = _load.Calls.Skip(before).ToList();
        var failures = all.Where(call => call.Failure is not null).ToList();
        var during = Histogram(all.Where(call => windows.Exists(w => call.Sent >= w.From && call.Sent <= w.To)));
        var quiet = Histogram(all.Where(call => !windows.Exists(w => call.Sent >= w.From && call.Sent <= w.To)));
        var p99 = during.Quantile(0.99) / 1e6;
        var held = seen == kills && failures.Count == 0 && p99 < MostP99Milliseconds;
        Print(new
        {
            @case = "one of two slots",
            held,
            kills,
            seenToLeaveReadyAndComeBack = seen,
            capacityPerSecond = Math.Round(capacity),
            ratePerSecond = Math.Round(capacity / 2),
            calls = all.Count,
            failed = failures.Count,
            failure = failures.Select(call => call.Failure).FirstOrDefault(),
            quietP99Ms = Math.Round(quiet.Quantile(0.99) / 1e6, 1),
            failoverP99Ms = Math.Round(p99, 1),
            failoverMaxMs = Math.Round(during.Max / 1e6, 1),
            clientLateP99Ms = LateP99(all),
            limitMs = MostP99Milliseconds,
        });
        return held;
    }

    /// <summary>The second slot is out for good; the first one goes and comes back.</summary>
    private async Task<bool> KillTheOnlyOneAsync()
    {
        var (only, other) = (_slots.Backends[0], _slots.Backends[1]);
        var started = StartOf(_fixture.ProcessId);
        await Slots.KillAsync(other);
        using var stop = new CancellationTokenSource();
        var before = _load.Calls.Count;
        var running = Task.Run(() => _load.RunAsync(CallersOfOneSlot, stop.Token), CancellationToken.None);
        await _slots.AwaitAsync(other.Slot, ready: false, s_seenWithin);
        await PauseAsync(1_000, 1_001);
        await Slots.KillAsync(only);
        var left = await _slots.AwaitAsync(only.Slot, ready: false, s_seenWithin);
        var down = Stopwatch.GetTimestamp();
        await PauseAsync(3_000, 3_001);
        var restart = Stopwatch.GetTimestamp();
        await Slots.RestartAsync(only);
        var returned = Stopwatch.GetTimestamp();
        await PauseAsync(4_000, 4_001);
        await stop.CancelAsync();
        await running;

        var all = _load.Calls.Skip(before).ToList();
        var whileDown = all.Where(call => call.Sent >= down && call.Sent < restart).ToList();
        var failing = Histogram(whileDown);
        var signed = all.Where(call => call.Failure is null && call.Sent >= restart)
            .OrderBy(call => call.Sent).ToList();
        var recovery = signed.Count == 0
            ? (double?)null
            : Math.Max(0, (Stopwatch.GetElapsedTime(returned, signed[0].Sent) + signed[0].Elapsed).TotalMilliseconds);
        var later = returned + (long)(MostRecoveryMilliseconds / 1e3 * Stopwatch.Frequency);
        var failedLater = all.Count(call => call.Failure is not null && call.Sent >= later);
        var p99 = failing.Quantile(0.99) / 1e6;
        var sameProcess = StartOf(_fixture.ProcessId) == started;
        var held = left is not null && whileDown.Count > 0 && whileDown.TrueForAll(call => call.Failure is not null)
            && p99 < MostFailingMilliseconds && recovery < MostRecoveryMilliseconds && failedLater == 0 && sameProcess;
        Print(new
        {
            @case = "one slot",
            held,
            callsWhileDown = whileDown.Count,
            signedWhileDown = whileDown.Count(call => call.Failure is null),
            failure = whileDown.Select(call => call.Failure).FirstOrDefault(text => text is not null),
            failingP99Ms = Math.Round(p99, 1),
            failingMaxMs = Math.Round(failing.Max / 1e6, 1),
            clientLateP99Ms = LateP99(whileDown),
            limitMs = MostFailingMilliseconds,
            recoveredMs = recovery is { } ms ? Math.Round(ms) : (double?)null,
            recoveryLimitMs = MostRecoveryMilliseconds,
            failedLater,
            sameProcess,
        });
        await Slots.RestartAsync(other);
        return await _slots.AwaitAsync(other.Slot, ready: true, s_backWithin) is not null && held;
    }

    private static string StartOf(int process)
    {
        // Field 22 of /proc/PID/stat: the start in clock ticks, which no other process of that number shares.
        var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"));
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19];
    }

    private static Task PauseAsync(int from, int to) => Task.Delay(RandomNumberGenerator.GetInt32(from, to));

    private static LatencyHistogram Histogram(IEnumerable<Call> calls)
    {
        var histogram = new LatencyHistogram();
        foreach (var call in calls)
        {
            histogram.Record((long)call.Elapsed.TotalNanoseconds);
        }

        return histogram;
    }

    /// <summary>A client that is late measures its own machine: then the rate was not steady.</summary>
    private static double LateP99(IReadOnlyList<Call> calls)
    {
        var histogram = new LatencyHistogram();
        foreach (var call in calls)
        {
            histogram.Record((long)call.Late.TotalNanoseconds);
        }

        return Math.Round(histogram.Quantile(0.99) / 1e6, 1);
    }

    private static double? Milliseconds(TimeSpan? time)
        => time is { } known ? Math.Round(known.TotalMilliseconds) : null;

    private static void Print<T>(T line) => Console.WriteLine(JsonSerializer.Serialize(line));
}
