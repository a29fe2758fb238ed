using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Appliance.Crash.Tests.Clients;
using Appliance.Crash.Tests.Evidence;
using Appliance.Crash.Tests.Processes;
using Appliance.Crash.Tests.Stores;
using Appliance.Crash.Tests.Witness;

namespace Appliance.Crash.Tests.Drills;

/// <summary>
/// Kills a server under load again and again: 1 prepare signers and one activation for each, 2 start, load, kill,
/// 3 examine, 4 start again and ask for what was lost, 5 at the end stop in good order and examine once more.
/// </summary>
internal sealed class KillDrill : IDisposable
{
    private const int Signers = 16;
    private const int FewestInFlight = 32;
    private const int MostFaults = 20;

    /// <summary>For each signer, more than a round signs.</summary>
    private const int HashesPerRound = 80;

    /// <summary>Below what a credential's multisign allows, by the room that the last group may take.</summary>
    private const int MostHashesEach = 9_900;

    private const int TimesAskedAgain = 2;
    private const int AnsweredAskedAgain = 8;
    private const int Multisign = 10_000;

    /// <summary>Entry and return, and room for key proofs.</summary>
    private const int RecordsPerHash = 3;

    /// <summary>From this many kills on, each phase must be hit five times; before that, once.</summary>
    private const int ManyKills = 50;

    private const int HitsOfMany = 5;

    private static readonly Phase[] s_toHit = [Phase.BeforeReservation, Phase.BeforeSign, Phase.BeforeOutcome];

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly int _seed;
    private readonly int _kills;
    private readonly Installation _installation;
    private readonly ClientLog _log;
    private readonly WitnessLedger _witness;
    private readonly StoreUnderTest _store;
    private readonly int[] _hits = new int[Enum.GetValues<Phase>().Length];
    private List<DrillSigner> _signers = [];

    private KillDrill(StoreUnderTest store, int seed, int kills)
    {
        (_store, _seed, _kills) = (store, seed, kills);
        _installation = new Installation(store, (long)Signers * HashesEach * RecordsPerHash);
        _log = new ClientLog(_installation.PathOf("client.log"));
        _witness = new WitnessLedger(_installation.Witness);
    }

    private int HashesEach => Math.Min(MostHashesEach, 200 + (_kills * HashesPerRound));

    /// <summary>As many kills as CRASH_KILLS says, by the seed that CRASH_SEED is; each phase must be hit.</summary>
    /// <param name="store">Beneath the server.</param>
    /// <param name="fewKills">How many when nothing is said.</param>
    public static async Task RunAsync(StoreUnderTest store, int fewKills)
    {
        var seed = Setting("CRASH_SEED", 1);
        var kills = Setting("CRASH_KILLS", fewKills);
        Say($"seed {seed}, {kills} kills");
        using var drill = new KillDrill(store, seed, kills);
        await drill.RunAsync(TestContext.Current.CancellationToken);
        var least = kills >= ManyKills ? HitsOfMany : 1;
        Assert.All(s_toHit, phase => Assert.True(
            drill._hits[(int)phase] >= least,
            $"seed {seed}: {drill._hits[(int)phase]} kills hit {phase}, {least} must"));
    }

    private static int Setting(string name, int otherwise)
        => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value)
            ? value
            : otherwise;

    private static void Say(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);

    private async Task RunAsync(CancellationToken cancellation)
    {
        _installation.Keep = true;
        await ImportAsync(cancellation);
        var workload = new Workload(_signers, LoadRun.StreamCallers, HashesEach, _seed);
        var inquest = new Inquest(_witness, _log, _store, workload);
        IReadOnlyList<RequestStory> lost = [], answered = [];
        for (var number = 1; number <= _kills; number++)
        {
            var plan = RoundPlan.Of(_seed, number);
            _installation.Witness.SetDelays(plan.WitnessSeed, plan.Before, plan.After);
            var recovered = inquest.LeftOpen;
            using var server = await ServeProcess.StartAsync(_installation, plan.Dispatch);
            if (number == 1)
            {
                await SignInAsync(server, workload, cancellation);
            }

            await AskAgainAsync(server, lost, answered, cancellation);
            var killedAt = await KillUnderLoadAsync(server, plan, workload, cancellation);
            (lost, answered) = inquest.Examine(killedAt);
            Report(plan, inquest, lost);
            CheckSaid(server, recovered, inquest.Faults, plan);
        }

        _installation.Witness.SetDelays(0, TimeSpan.Zero, TimeSpan.Zero);
        await FinishAsync(inquest, lost, answered, cancellation);
        _installation.Keep = false;
    }

    public void Dispose()
    {
        _signers.ForEach(signer => signer.Dispose());
        _log.Dispose();
        _installation.Dispose();
    }

    private async Task ImportAsync(CancellationToken cancellation)
    {
        await _installation.RunAsync("init");
        var file = _installation.PathOf("signers.json");
        await using (var stream = File.Create(file))
        {
            var signers = Enumerable.Range(0, Signers).Select(i => new
            {
                user = $"signer-{i}",
                name = $"Signer {i}",
                password = $"correct horse {i}",
                factor = true,
                credentials = new[] { new { algorithm = i % 4 == 3 ? "RSA-2048" : "P-256", multisign = Multisign } },
            });
            await JsonSerializer.SerializeAsync(stream, signers, cancellationToken: cancellation);
        }

        var imported = await _installation.RunAsync("signer", "import", file);
        _signers = [.. imported.EnumerateArray().Select(signer => new DrillSigner(signer))];
    }

    private async Task SignInAsync(ServeProcess server, Workload workload, CancellationToken cancellation)
    {
        using var channel = SigningClient.NewChannel(server.Grpc);
        foreach (var signer in _signers)
        {
            // One after the other: the lane for passwords is short on purpose.
            await signer.SignInAsync(channel, workload.HashesOf(signer), cancellation);
        }
    }

    /// <summary>
    /// First what was lost, and some of what was not, by the request ids: twice, as what is delivered must be the same
    /// each time. Then the hashes of the lost requests as new ones: what was reserved is never signed again.
    /// </summary>
    private async Task AskAgainAsync(
        ServeProcess server,
        IReadOnlyList<RequestStory> lost,
        IReadOnlyList<RequestStory> answered,
        CancellationToken cancellation)
    {
        using var client = new SigningClient(server.Grpc, _log);
        for (var time = 0; time < TimesAskedAgain; time++)
        {
            await SendAsync(client, [.. lost, .. answered.Take(AnsweredAskedAgain)], Attempt.Again, cancellation);
        }

        await SendAsync(client, lost, Attempt.Plain, cancellation);
    }

    private static async Task SendAsync(
        SigningClient client, IEnumerable<RequestStory> stories, Attempt attempt, CancellationToken cancellation)
        => await Task.WhenAll(stories.Select(async (story, caller) =>
        {
            var ended = await client.SignAsync(story.Item, attempt, caller, cancellation);
            Assert.NotEqual(LogKind.Lost, ended);
        })).WaitAsync(s_patience, cancellation);

    private async Task<long> KillUnderLoadAsync(
        ServeProcess server, RoundPlan plan, Workload workload, CancellationToken cancellation)
    {
        using var client = new SigningClient(server.Grpc, _log);
        if (plan.Kind == RoundKind.Burst)
        {
            // Connections are open and code is compiled before the burst.
            await Task.WhenAll(Enumerable.Range(0, LoadRun.UnaryCallers).Select(
                caller => client.SignAsync(workload.Take(), Attempt.First, caller, cancellation)));
        }

        var run = new LoadRun(client, workload, _signers, cancellation);
        run.Start();
        await _log.InFlightAsync(FewestInFlight).WaitAsync(s_patience, cancellation);
        using var never = new ManualResetEvent(initialState: false);
        never.WaitOne(plan.KillAfter);
        await _log.InFlightAsync(FewestInFlight).WaitAsync(s_patience, cancellation);
        var killedAt = Stopwatch.GetTimestamp();
        server.Kill();
        var stopping = run.StopAsync();
        await server.EndAsync().WaitAsync(s_patience, cancellation);
        await stopping.WaitAsync(s_patience, cancellation);
        return killedAt;
    }

    private async Task FinishAsync(
        Inquest inquest,
        IReadOnlyList<RequestStory> lost,
        IReadOnlyList<RequestStory> answered,
        CancellationToken cancellation)
    {
        var plan = RoundPlan.Of(_seed, _kills + 1);
        var recovered = inquest.LeftOpen;
        using var server = await ServeProcess.StartAsync(_installation, plan.Dispatch);
        await AskAgainAsync(server, lost, answered, cancellation);
        server.Terminate();
        Assert.Equal(0, await server.EndAsync().WaitAsync(s_patience, cancellation));
        inquest.Conclude();
        CheckSaid(server, recovered, inquest.Faults, plan);
        Say(
            $"{inquest.Stories.Count} requests, {inquest.Stories.Sum(story => story.Operations)} answered; the witness "
            + $"saw {_witness.Entries} calls of C_Sign, {_witness.Torn} records were cut off; kills that hit "
            + string.Join(", ", Enum.GetValues<Phase>().Select(phase => $"{phase}: {_hits[(int)phase]}")));
    }

    private void Report(RoundPlan plan, Inquest inquest, IReadOnlyList<RequestStory> lost)
    {
        var phases = lost.Where(story => story.KilledIn is not null).ToLookup(story => story.KilledIn!.Value);
        foreach (var phase in phases)
        {
            _hits[(int)phase.Key]++;
        }

        var (requests, hashes) = inquest.LeftOpen;
        Say(
            $"{plan}: {lost.Count} lost, {requests} requests ({hashes} hashes) left reserved; "
            + string.Join(", ", phases.OrderBy(phase => phase.Key).Select(phase => $"{phase.Key} {phase.Count()}")));
    }

    private void CheckSaid(
        ServeProcess server, (int Requests, int Hashes) recovered, IEnumerable<string> faults, RoundPlan plan)
    {
        var all = faults.ToList();
        var said = server.Lines.Where(line => line.Contains("spent", StringComparison.Ordinal)).ToList();
        var wanted = $"{recovered.Requests} requests with {recovered.Hashes} hashes";
        if (recovered.Requests == 0 ? said.Count > 0 : !said.Exists(line => line.Contains(wanted, StringComparison.Ordinal)))
        {
            all.Add($"the server was to report \"{wanted}\" at its start, and said: {string.Join(" | ", said)}");
        }

        Assert.True(
            all.Count == 0,
            $"{Name(plan)}; all is left in {_installation.PathOf("")}\n{string.Join('\n', all.Take(MostFaults))}");
    }

    private string Name(RoundPlan plan) => $"seed {_seed}, round {plan}";
}
