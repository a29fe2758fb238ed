using System.Diagnostics;
using Appliance.Crash.Tests.Clients;
using Appliance.Crash.Tests.Evidence;
using Appliance.Crash.Tests.Processes;
using Appliance.Crash.Tests.Stores;

namespace Appliance.Crash.Tests.Drills;

/// <summary>
/// Kills a server under load again and again: 1 prepare signers and one activation for each, 2 start, load, kill,
/// 3 examine, 4 start again and ask for what was lost, 5 at the end stop in good order and examine once more.
/// </summary>
internal sealed class KillDrill : IDisposable
{
    private const int FewestInFlight = 32;

    /// <summary>For each signer, more than a round signs.</summary>
    private const int HashesPerRound = 80;

    /// <summary>Below what a credential's multisign allows, by the room that the last group may take.</summary>
    private const int MostHashesEach = 9_900;

    private const int TimesAskedAgain = 2;
    private const int AnsweredAskedAgain = 8;

    /// <summary>From this many kills on, each phase must be hit five times; before that, once.</summary>
    private const int ManyKills = 50;

    private const int HitsOfMany = 5;

    private static readonly Phase[] s_toHit = [Phase.BeforeReservation, Phase.BeforeSign, Phase.BeforeOutcome];
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly int _kills;
    private readonly DrillScene _scene;
    private readonly int[] _hits = new int[Enum.GetValues<Phase>().Length];
    private IReadOnlyList<RequestStory> _lost = [];
    private IReadOnlyList<RequestStory> _answered = [];

    /// <param name="store">Beneath the server.</param>
    /// <param name="kills">How many; from 50 on, each phase must be hit by five of them, before that by one.</param>
    public KillDrill(StoreUnderTest store, int kills)
    {
        _kills = kills;
        _scene = new DrillScene(store, DrillSettings.Seed, Math.Min(MostHashesEach, 200 + (kills * HashesPerRound)));
    }

    public async Task RunAsync(CancellationToken cancellation)
    {
        DrillSettings.Say($"seed {DrillSettings.Seed}, {_kills} kills");
        await _scene.ImportAsync(cancellation);
        for (var number = 1; number <= _kills; number++)
        {
            await RunAsync(RoundPlan.Of(DrillSettings.Seed, number), cancellation);
        }

        await FinishAsync(RoundPlan.Of(DrillSettings.Seed, _kills + 1), cancellation);
        var least = _kills >= ManyKills ? HitsOfMany : 1;
        _scene.Check("all rounds", s_toHit.Where(phase => _hits[(int)phase] < least)
            .Select(phase => $"{_hits[(int)phase]} kills hit {phase}, {least} must"));
        _scene.WentWell = true;
    }

    /// <summary>Removes what would be left for who wants to know why it failed: it was meant to.</summary>
    public void ForgetFailure() => _scene.WentWell = true;

    public void Dispose() => _scene.Dispose();

    private async Task RunAsync(RoundPlan plan, CancellationToken cancellation)
    {
        _scene.Installation.Witness.SetDelays(plan.WitnessSeed, plan.Before, plan.After);
        var recovered = _scene.Inquest.LeftOpen;
        using var server = await ServeProcess.StartAsync(_scene.Installation, plan.Dispatch);
        if (plan.Number == 1)
        {
            await _scene.SignInAsync(server, cancellation);
        }

        await AskAgainAsync(server, cancellation);
        var killedAt = await KillUnderLoadAsync(server, plan, cancellation);
        (_lost, _answered) = _scene.Inquest.Examine(killedAt);
        Report(plan);
        _scene.Check($"round {plan}", [.. _scene.Inquest.Faults, .. CheckSaid(server, recovered)]);
    }

    /// <summary>
    /// First what was lost, and some of what was not, by the request ids: twice, as what is delivered must be the same
    /// each time. Then the hashes of the lost requests as new ones: what was reserved is never signed again.
    /// </summary>
    private async Task AskAgainAsync(ServeProcess server, CancellationToken cancellation)
    {
        using var client = new SigningClient(server.Grpc, _scene.Log);
        for (var time = 0; time < TimesAskedAgain; time++)
        {
            await SendAsync(client, [.. _lost, .. _answered.Take(AnsweredAskedAgain)], Attempt.Again, cancellation);
        }

        await SendAsync(client, _lost, Attempt.Plain, cancellation);
    }

    private static async Task SendAsync(
        SigningClient client, IEnumerable<RequestStory> stories, Attempt attempt, CancellationToken cancellation)
        => await Task.WhenAll(stories.Select(async (story, caller) =>
        {
            var ended = await client.SignAsync(story.Item, attempt, caller, cancellation);
            Assert.NotEqual(LogKind.Lost, ended);
        })).WaitAsync(s_patience, cancellation);

    private async Task<long> KillUnderLoadAsync(ServeProcess server, RoundPlan plan, CancellationToken cancellation)
    {
        using var client = new SigningClient(server.Grpc, _scene.Log);
        if (plan.Kind == RoundKind.Burst)
        {
            // Connections are open and code is compiled before the burst.
            await Task.WhenAll(Enumerable.Range(0, LoadRun.UnaryCallers).Select(
                caller => client.SignAsync(_scene.Workload.Take(), Attempt.First, caller, cancellation)));
        }

        var run = new LoadRun(client, _scene.Workload, _scene.Signers, cancellation);
        run.Start();
        await _scene.Log.InFlight.ReachAsync(FewestInFlight).WaitAsync(s_patience, cancellation);
        using var never = new ManualResetEvent(initialState: false);
        never.WaitOne(plan.KillAfter);
        await _scene.Log.InFlight.ReachAsync(FewestInFlight).WaitAsync(s_patience, cancellation);
        var killedAt = Stopwatch.GetTimestamp();
        server.Kill();
        var stopping = run.StopAsync();
        await server.EndAsync().WaitAsync(s_patience, cancellation);
        await stopping.WaitAsync(s_patience, cancellation);
        return killedAt;
    }

    private async Task FinishAsync(RoundPlan plan, CancellationToken cancellation)
    {
        _scene.Installation.Witness.SetDelays(0, TimeSpan.Zero, TimeSpan.Zero);
        var recovered = _scene.Inquest.LeftOpen;
        using var server = await ServeProcess.StartAsync(_scene.Installation, plan.Dispatch);
        await AskAgainAsync(server, cancellation);
        server.Terminate();
        Assert.Equal(0, await server.EndAsync().WaitAsync(s_patience, cancellation));
        _scene.Inquest.Conclude();
        _scene.Check("after all rounds", [.. _scene.Inquest.Faults, .. CheckSaid(server, recovered)]);
        var stories = _scene.Inquest.Stories;
        DrillSettings.Say(
            $"{stories.Count} requests, {stories.Sum(story => story.Operations)} signed, "
            + $"{stories.Count(story => story.AskedAgain)} asked for again; the witness saw {_scene.Witness.Entries} "
            + $"calls of C_Sign, {_scene.Witness.Torn} records were cut off; kills that hit "
            + $"{string.Join(", ", Enum.GetValues<Phase>().Select(phase => $"{phase}: {_hits[(int)phase]}"))}");
    }

    private void Report(RoundPlan plan)
    {
        var phases = _lost.Where(story => story.KilledIn is not null).ToLookup(story => story.KilledIn!.Value);
        foreach (var phase in phases)
        {
            _hits[(int)phase.Key]++;
        }

        var (requests, hashes) = _scene.Inquest.LeftOpen;
        var counts = phases.OrderBy(phase => phase.Key).Select(phase => $"{phase.Key} {phase.Count()}");
        DrillSettings.Say(
            $"{plan}: {_lost.Count} lost, {requests} requests ({hashes} hashes) left reserved; "
            + string.Join(", ", counts));
    }

    /// <summary>At its start the server tells what it found of the run before, if anything.</summary>
    private static IEnumerable<string> CheckSaid(ServeProcess server, (int Requests, int Hashes) recovered)
    {
        var said = server.Lines.Where(line => line.Contains("[3010]", StringComparison.Ordinal)).ToList();
        var wanted = $"{recovered.Requests} requests with {recovered.Hashes} hashes";
        var well = recovered.Requests == 0
            ? said.Count == 0
            : said is [var line] && line.Contains(wanted, StringComparison.Ordinal);
        return well ? [] : [$"the server was to report \"{wanted}\" at its start; it said: {string.Join("; ", said)}"];
    }
}
