using System.Text.Json;
using Appliance.Crash.Tests.Clients;
using Appliance.Crash.Tests.Evidence;
using Appliance.Crash.Tests.Processes;
using Appliance.Crash.Tests.Stores;
using Appliance.Crash.Tests.Witness;

namespace Appliance.Crash.Tests.Drills;

/// <summary>
/// What a drill plays in: an installation with signers, what they will sign, who watches. Its folder is removed at the
/// end unless the drill has failed.
/// </summary>
internal sealed class DrillScene : IDisposable
{
    private const int SignerCount = 16;

    /// <summary>Entry and return, and room for key proofs.</summary>
    private const int RecordsPerHash = 3;

    private const int Multisign = 10_000;
    private const int MostFaults = 20;

    private readonly StoreUnderTest _store;
    private readonly int _seed;
    private readonly int _hashesEach;

    /// <param name="store">Beneath the appliance.</param>
    /// <param name="seed">Decides what is signed.</param>
    /// <param name="hashesEach">How many hashes each signer authorises, 9,900 at most.</param>
    public DrillScene(StoreUnderTest store, int seed, int hashesEach)
    {
        (_store, _seed, _hashesEach) = (store, seed, hashesEach);
        Installation = new Installation(store, (long)SignerCount * hashesEach * RecordsPerHash);
        Log = new ClientLog(Installation.PathOf("client.log"));
        Witness = new WitnessLedger(Installation.Witness);
    }

    public Installation Installation { get; }

    public ClientLog Log { get; }

    public WitnessLedger Witness { get; }

    public IReadOnlyList<DrillSigner> Signers { get; private set; } = [];

    public Workload Workload { get; private set; } = null!;

    public Inquest Inquest { get; private set; } = null!;

    /// <summary>The drill went well: nothing is left to look at.</summary>
    public bool WentWell { get; set; }

    /// <summary>`init` and `signer import`.</summary>
    public async Task ImportAsync(CancellationToken cancellation)
    {
        await Installation.RunAsync("init");
        var file = Installation.PathOf("signers.json");
        await using (var stream = File.Create(file))
        {
            var signers = Enumerable.Range(0, SignerCount).Select(i => new
            {
                user = $"signer-{i}",
                name = $"Signer {i}",
                password = $"correct horse {i}",
                factor = true,
                credentials = new[] { new { algorithm = i % 4 == 3 ? "RSA-2048" : "P-256", multisign = Multisign } },
            });
            await JsonSerializer.SerializeAsync(stream, signers, cancellationToken: cancellation);
        }

        var imported = await Installation.RunAsync("signer", "import", file);
        Signers = [.. imported.EnumerateArray().Select(signer => new DrillSigner(signer))];
        Workload = new Workload(Signers, LoadRun.StreamCallers, _hashesEach, _seed);
        Inquest = new Inquest(Witness, Log, _store, Workload);
    }

    /// <summary>Each signer signs in and opens its one activation.</summary>
    public async Task SignInAsync(ServeProcess server, CancellationToken cancellation)
    {
        using var channel = SigningClient.NewChannel(server.Grpc);
        foreach (var signer in Signers)
        {
            // One after the other: the lane for passwords is short on purpose.
            await signer.SignInAsync(channel, Workload.HashesOf(signer), cancellation);
        }
    }

    /// <summary>Fails when something was found.</summary>
    public void Check(string when, IEnumerable<string> faults)
    {
        var all = faults.ToList();
        Assert.True(
            all.Count == 0,
            $"seed {_seed}, {when}: {all.Count} faults; all is left in {Installation.PathOf("")}\n"
            + string.Join('\n', all.Take(MostFaults)));
    }

    public void Dispose()
    {
        foreach (var signer in Signers)
        {
            signer.Dispose();
        }

        Log.Dispose();
        Installation.Keep = !WentWell;
        Installation.Dispose();
    }
}
