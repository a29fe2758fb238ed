using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Appliance.Crash.Tests.Clients;
using Appliance.Crash.Tests.Evidence;
using Appliance.Crash.Tests.Processes;
using Appliance.Crash.Tests.Stores;
using Appliance.Crash.Tests.Witness;

namespace Appliance.Crash.Tests.Drills;

/// <summary>
/// Kills all nodes of a time-stamping authority under load again and again: 1 make units, 2 start, stamp, kill,
/// 3 examine, 4 at the end stop in good order, examine once more and verify the whole audit trail.
/// </summary>
internal sealed class StampDrill : IDisposable
{
    private const int FewestInFlight = 24;
    private const int MostFaults = 20;

    /// <summary>Room for what is signed in a round, on a machine faster than this.</summary>
    private const long RecordsPerRound = 20_000;

    /// <summary>From this many kills on, five must hit each phase; before that, one.</summary>
    private const int ManyKills = 50;

    private const int HitsOfMany = 5;

    /// <summary>Fewer than a round asks for, so that the package comes to its end.</summary>
    private const int PaidPerRound = 10;

    private const string Password = "correct horse battery";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private static readonly (string Name, string Algorithm)[] s_units =
        [("p256", "P-256"), ("rsa2048", "RSA-2048"), (StampLoad.PaidUnit, "P-256")];

    private readonly StoreUnderTest _store;
    private readonly int _kills;
    private readonly Installation _installation;
    private readonly WitnessLedger _witness;
    private StampInquest _inquest = null!;
    private PackageInquest _package = null!;
    private string _accessToken = "";
    private int _refused;
    private (int Before, int Behind) _hits;

    /// <param name="store">Beneath the servers.</param>
    /// <param name="kills">How many.</param>
    public StampDrill(StoreUnderTest store, int kills)
    {
        (_store, _kills) = (store, kills);
        _installation = new Installation(store, (kills + 1) * RecordsPerRound) { Keep = true };
        _witness = new WitnessLedger(_installation.Witness);
    }

    public async Task RunAsync(CancellationToken cancellation)
    {
        DrillSettings.Say($"seed {DrillSettings.Seed}, {_kills} kills, {_store.Nodes.Count} nodes");
        await PrepareAsync();
        for (var number = 1; number <= _kills; number++)
        {
            await RunAsync(RoundPlan.Of(DrillSettings.Seed, number), cancellation);
        }

        await FinishAsync(RoundPlan.Of(DrillSettings.Seed, _kills + 1), cancellation);
        var least = _kills >= ManyKills ? HitsOfMany : 1;
        Check("all rounds", _hits.Before >= least && _hits.Behind >= least
            ? []
            : [$"{_hits.Before} kills hit requests before their intent and {_hits.Behind} behind it; {least} must"]);
        _installation.Keep = false;
    }

    /// <summary>Removes what would be left for who wants to know why it failed: it was meant to.</summary>
    public void ForgetFailure() => _installation.Keep = false;

    public void Dispose() => _installation.Dispose();

    private async Task PrepareAsync()
    {
        await _installation.RunAsync("init");
        var certificates = new Dictionary<string, X509Certificate2Collection>(StringComparer.Ordinal);
        foreach (var (name, algorithm) in s_units)
        {
            await _installation.AddUnitAsync(name, algorithm, isPaid: name == StampLoad.PaidUnit);
            certificates.Add(name, []);
            certificates[name].ImportFromPemFile(_installation.PathOf($"{name}.pem"));
        }

        var file = _installation.PathOf("signers.json");
        await File.WriteAllTextAsync(
            file,
            $$"""
            [{"user": "signer", "name": "Signer", "password": "{{Password}}", "factor": true,
              "credentials": [{"algorithm": "P-256"}]}]
            """,
            TestContext.Current.CancellationToken);
        var credential = (await _installation.RunAsync("signer", "import", file))[0]
            .GetProperty("credentials")[0].GetProperty("id").GetString()!;
        var granted = 1 + (_kills * PaidPerRound);
        await _installation.RunAsync(
            "package", "grant", "--credential", credential,
            "--count", granted.ToString(CultureInfo.InvariantCulture));
        _package = new PackageInquest(_store, Guid.Parse(credential), granted);
        _inquest = new StampInquest(_store, _package, certificates);
    }

    private async Task RunAsync(RoundPlan plan, CancellationToken cancellation)
    {
        _installation.Witness.SetDelays(plan.WitnessSeed, plan.Before, plan.After);
        var servers = await StartAsync(plan);
        try
        {
            await SignInAsync(servers[0], cancellation);
            _witness.Read();
            var entries = _witness.Entries;
            using var load = NewLoad(servers, plan, cancellation);
            await load.WarmAsync().WaitAsync(s_patience, cancellation);
            load.Start();
            await load.InFlight.ReachAsync(FewestInFlight).WaitAsync(s_patience, cancellation);
            using var never = new ManualResetEvent(initialState: false);
            never.WaitOne(plan.KillAfter);
            await load.InFlight.ReachAsync(FewestInFlight).WaitAsync(s_patience, cancellation);
            var killedAt = Stopwatch.GetTimestamp();
            servers.ForEach(server => server.Kill());
            var stopping = load.StopAsync();
            foreach (var server in servers)
            {
                await server.EndAsync().WaitAsync(s_patience, cancellation);
            }

            await stopping.WaitAsync(s_patience, cancellation);
            _witness.Read();
            var signatures = _witness.Entries - entries;
            var faults = _inquest.Examine(load, signatures, killedAt, out var lost);
            Report(plan, load, signatures, lost);
            Check($"round {plan}", faults);
        }
        finally
        {
            servers.ForEach(server => server.Dispose());
        }
    }

    private async Task FinishAsync(RoundPlan plan, CancellationToken cancellation)
    {
        _installation.Witness.SetDelays(0, TimeSpan.Zero, TimeSpan.Zero);
        var servers = await StartAsync(plan);
        using var load = NewLoad(servers, plan, cancellation);
        try
        {
            load.Start();
            await load.InFlight.ReachAsync(FewestInFlight).WaitAsync(s_patience, cancellation);
            await load.StopAsync().WaitAsync(s_patience, cancellation);
            foreach (var server in servers)
            {
                server.Terminate();
                Assert.Equal(0, await server.EndAsync().WaitAsync(s_patience, cancellation));
            }
        }
        finally
        {
            servers.ForEach(server => server.Dispose());
        }

        _witness.Read();
        Check("after all rounds", _inquest.Conclude(load));
        var report = await _installation.RunAsync("audit", "verify");
        Assert.True(report.GetProperty("sound").GetBoolean(), report.ToString());
        DrillSettings.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{_inquest.Received} tokens got, {_inquest.Intents} intents, {_inquest.Open} of them without an outcome; "
            + $"the witness saw {_witness.Entries} calls of C_Sign; {_refused} refused; {_package.Left} transactions "
            + $"are left; kills that hit requests before the intent: {_hits.Before}, behind it: {_hits.Behind}; "
            + $"audit verify: {report.GetProperty("records")} "
            + $"records in {report.GetProperty("chains")} chains, {report.GetProperty("seals")} seals, "
            + $"{report.GetProperty("timestamps")} of them with time stamps, sound"));
    }

    private async Task<List<ServeProcess>> StartAsync(RoundPlan plan)
    {
        var servers = new List<ServeProcess>();
        for (var node = 0; node < _store.Nodes.Count; node++)
        {
            servers.Add(await ServeProcess.StartAsync(_installation, plan.Dispatch, node));
        }

        return servers;
    }

    private async Task SignInAsync(ServeProcess server, CancellationToken cancellation)
    {
        if (_accessToken.Length > 0)
        {
            return;
        }

        using var http = new HttpClient { BaseAddress = server.Rest };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/csc/v2/auth/login")
        {
            Content = new StringContent("{}", Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"signer:{Password}")));
        using var answer = await http.SendAsync(request, cancellation);
        var body = await answer.Content.ReadAsStringAsync(cancellation);
        _accessToken = JsonDocument.Parse(body).RootElement.GetProperty("access_token").GetString()!;
    }

    private StampLoad NewLoad(List<ServeProcess> servers, RoundPlan plan, CancellationToken cancellation) => new(
        [.. servers.Select(server => server.Rest)],
        [.. s_units.Select(unit => unit.Name)],
        _accessToken,
        string.Create(CultureInfo.InvariantCulture, $"{DrillSettings.Seed}/{plan.Number}"),
        cancellation);

    private void Report(RoundPlan plan, StampLoad load, int signatures, (int Before, int Behind) lost)
    {
        _refused += load.Refused.Count;
        _hits = (
            _hits.Before + (lost.Before > 0 ? 1 : 0),
            _hits.Behind + (lost.Behind > 0 ? 1 : 0));
        var refused = load.Refused.Count == 0 ? "" : $", {load.Refused.Count} refused ({load.Refused.First()})";
        DrillSettings.Say(
            $"{plan}: {load.Received.Count} tokens got, {signatures} calls of C_Sign; lost before the intent "
            + $"{lost.Before}, behind it {lost.Behind}{refused}");
    }

    /// <summary>Fails when something was found.</summary>
    private void Check(string when, IReadOnlyList<string> faults)
        => Assert.True(
            faults.Count == 0,
            $"seed {DrillSettings.Seed}, {when}: {faults.Count} faults; all is left in {_installation.PathOf("")}\n"
            + string.Join('\n', faults.Take(MostFaults)));
}
