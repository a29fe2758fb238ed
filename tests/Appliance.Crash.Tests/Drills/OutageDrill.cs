using System.Diagnostics;
using Appliance.Crash.Tests.Clients;
using Appliance.Crash.Tests.Processes;
using Appliance.Crash.Tests.Stores;
using Appliance.Grpc.Client;

namespace Appliance.Crash.Tests.Drills;

/// <summary>
/// PostgreSQL is stopped, killed and paused under load. While it is away a call is told so and when to come back; when
/// it is there again, the calls that waited and those that come go on, with nobody's help.
/// </summary>
internal sealed class OutageDrill : IDisposable
{
    private const int Callers = 32;
    private const int HashesEach = 3_000;

    /// <summary>Signatures between two outages.</summary>
    private const int Between = 150;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly PostgresUnderTest _store;
    private readonly DrillScene _scene;

    public OutageDrill(PostgresUnderTest store)
    {
        _store = store;
        _scene = new DrillScene(store, DrillSettings.Seed, HashesEach);
    }

    public async Task RunAsync(CancellationToken cancellation)
    {
        await _scene.ImportAsync(cancellation);
        _scene.Installation.Witness.SetDelays(
            DrillSettings.Seed, TimeSpan.FromMilliseconds(4), TimeSpan.FromMilliseconds(4));
        using var server = await ServeProcess.StartAsync(_scene.Installation, "workers");
        await _scene.SignInAsync(server, cancellation);
        using var callers = new PersistentCallers(
            server.Grpc, server.Grpc, TimeSpan.FromMinutes(2), Callers, _scene.Log, _scene.Workload, cancellation);
        var cluster = _store.Cluster;
        (string Name, Action Off, Action On)[] outages =
        [
            ("stopped", cluster.Stop, cluster.StartAgain),
            ("killed", cluster.Kill, cluster.StartAgain),
            ("paused", cluster.Pause, cluster.Resume),
            ("killed again", cluster.Kill, cluster.StartAgain),
        ];
        foreach (var outage in outages)
        {
            await MoreAsync(cancellation);
            outage.Off();
            var told = await ProbeAsync(server, cancellation);
            outage.On();
            var started = Stopwatch.GetTimestamp();
            await MoreAsync(cancellation);
            var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            DrillSettings.Say(
                $"{outage.Name}: {told}; {Between} more signatures {seconds:F1} s after it was there again");
        }

        await callers.StopAsync().WaitAsync(s_patience, cancellation);
        server.Terminate();
        Assert.Equal(0, await server.EndAsync().WaitAsync(s_patience, cancellation));
        _scene.Inquest.Conclude();
        _scene.Check("after all outages", [.. _scene.Inquest.Faults, .. Unanswered()]);
        DrillSettings.Say(
            $"{_scene.Inquest.Stories.Count} requests, {_scene.Log.SignedCount.Value} signed, "
            + $"{_scene.Witness.Entries} calls of C_Sign");
        _scene.WentWell = true;
    }

    public void Dispose() => _scene.Dispose();

    private Task MoreAsync(CancellationToken cancellation)
        => _scene.Log.SignedCount.ReachAsync(_scene.Log.SignedCount.Value + Between)
            .WaitAsync(s_patience, cancellation);

    /// <summary>A call that is not repeated: UNAVAILABLE, and when to come back.</summary>
    private async Task<string> ProbeAsync(ServeProcess server, CancellationToken cancellation)
    {
        using var channel = SigningClient.NewChannel(server.Grpc);
        var started = Stopwatch.GetTimestamp();
        var refusal = await Assert.ThrowsAsync<GrpcStatusException>(
            () => SigningClient.SignOnceAsync(channel, _scene.Workload.Take(), cancellation)
                .WaitAsync(s_patience, cancellation));
        Assert.Equal(GrpcStatusCode.Unavailable, refusal.Code);
        Assert.NotNull(refusal.RetryAfter);
        return $"UNAVAILABLE after {Stopwatch.GetElapsedTime(started).TotalSeconds:F1} s, retry after "
            + $"{refusal.RetryAfter.Value.TotalSeconds:F1} s";
    }

    /// <summary>Who repeats a request gets its signatures in the end.</summary>
    private IEnumerable<string> Unanswered()
        => _scene.Inquest.Stories.Where(story => story.Item.IsAlone && !story.Signed.Any())
            .Select(story => $"{story.Item.Id} got no signature: {story.Lines[^1].Kind} {story.Lines[^1].Text}");
}
