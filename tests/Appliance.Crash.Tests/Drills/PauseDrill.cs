using System.Diagnostics;
using Appliance.Crash.Tests.Clients;
using Appliance.Crash.Tests.Processes;
using Appliance.Crash.Tests.Stores;

namespace Appliance.Crash.Tests.Drills;

/// <summary>
/// Two nodes share a store and one is paused past its lease: 1 both sign, 2 one is stopped in its tracks, the other
/// goes on and spends what the first had reserved, 3 the first wakes, finds itself settled and begins anew.
/// </summary>
internal sealed class PauseDrill : IDisposable
{
    private const int Callers = 24;
    private const int HashesEach = 3_000;
    private const int Signatures = 150;
    private const int Recovered = 3010;
    private const int Fenced = 3012;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly DrillScene _scene;

    public PauseDrill(PostgresUnderTest store) => _scene = new DrillScene(store, DrillSettings.Seed, HashesEach);

    public async Task RunAsync(CancellationToken cancellation)
    {
        await _scene.ImportAsync(cancellation);
        _scene.Installation.Witness.SetDelays(
            DrillSettings.Seed, TimeSpan.FromMilliseconds(8), TimeSpan.FromMilliseconds(8));
        using var sleeper = await ServeProcess.StartAsync(_scene.Installation, "workers", node: 0);
        using var other = await ServeProcess.StartAsync(_scene.Installation, "workers", node: 1);
        await _scene.SignInAsync(sleeper, cancellation);
        using (var here = CallersOf(sleeper, other, cancellation))
        using (var there = CallersOf(other, other, cancellation))
        {
            await MoreAsync(cancellation);
            sleeper.Pause();
            var paused = Stopwatch.GetTimestamp();
            await MoreAsync(cancellation);
            await other.LoggedAsync(Recovered).WaitAsync(s_patience, cancellation);
            DrillSettings.Say(
                $"paused: the other node went on, and after {Stopwatch.GetElapsedTime(paused).TotalSeconds:F1} s spent "
                + "what was reserved");
            await MoreAsync(cancellation);
            sleeper.Resume();
            var woken = Stopwatch.GetTimestamp();
            await sleeper.LoggedAsync(Fenced).WaitAsync(s_patience, cancellation);
            await Task.WhenAll(here.StopAsync(), there.StopAsync()).WaitAsync(s_patience, cancellation);
            DrillSettings.Say(
                $"woken: found itself settled after {Stopwatch.GetElapsedTime(woken).TotalSeconds:F1} s");
        }

        using (var again = CallersOf(sleeper, sleeper, cancellation))
        {
            await MoreAsync(cancellation);
            await again.StopAsync().WaitAsync(s_patience, cancellation);
        }

        sleeper.Terminate();
        other.Terminate();
        Assert.Equal(0, await sleeper.EndAsync().WaitAsync(s_patience, cancellation));
        Assert.Equal(0, await other.EndAsync().WaitAsync(s_patience, cancellation));
        _scene.Inquest.Conclude();
        _scene.Check("after the pause", _scene.Inquest.Faults);
        DrillSettings.Say(
            $"{_scene.Inquest.Stories.Count} requests, {_scene.Log.SignedCount.Value} signed, "
            + $"{_scene.Inquest.Stories.Count(story => story.AskedAgain)} asked for again at the other node, "
            + $"{_scene.Inquest.Audit.Recoveries.Sum(record => record.Count)} hashes spent, "
            + $"{_scene.Inquest.Audit.Late} requests signed on waking that were spent by then; "
            + $"{_scene.Witness.Entries} calls of C_Sign");
        _scene.WentWell = true;
    }

    public void Dispose() => _scene.Dispose();

    private PersistentCallers CallersOf(ServeProcess first, ServeProcess next, CancellationToken cancellation)
        => new(
            first.Grpc,
            next.Grpc,
            TimeSpan.FromSeconds(2),
            Callers,
            _scene.Log,
            _scene.Workload,
            cancellation);

    private Task MoreAsync(CancellationToken cancellation)
        => _scene.Log.SignedCount.ReachAsync(_scene.Log.SignedCount.Value + Signatures)
            .WaitAsync(s_patience, cancellation);
}
