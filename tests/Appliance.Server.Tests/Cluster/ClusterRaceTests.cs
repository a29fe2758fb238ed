using System.Collections.Concurrent;
using System.Security.Cryptography;
using Appliance.Grpc.Client;
using Appliance.Server.Tests.Processes;
using Appliance.Tests.Shared.Postgres;

namespace Appliance.Server.Tests.Cluster;

/// <summary>64 callers of four processes over one PostgreSQL race for what was granted once.</summary>
public sealed class ClusterRaceTests
{
    private const int Nodes = 4;
    private const int CallersOfNode = 16;
    private const int Granted = 1_000;

    private readonly ConcurrentBag<(byte[] Hash, byte[] Signature)> _signatures = [];
    private int _refused;

    [Fact]
    public async Task An_activation_of_1000_signatures_gives_exactly_1000_over_four_processes()
    {
        using var cluster = await ApplianceCluster.StartAsync(PostgresCluster.Shared, Nodes);

        // SCAL2: every node is asked for every hash, all at the same time.
        using (var signer = await RemoteSigner.SignInAsync(cluster.BoundHash, cluster.Nodes[0].Ready!))
        {
            var hashes = RemoteSigner.RandomHashes(Granted);
            var sad = await signer.AuthorizeAsync(hashes);
            await RaceAsync(cluster, signer, (at, next) => TakeEachAsync(at, sad, hashes, next));
            Verify(signer);
            Assert.Equal(Granted, CountDistinct(s => s.Hash));
            Assert.Equal((Nodes - 1) * Granted, _refused);
        }

        // SCAL1: everybody takes what there is until nothing is left.
        using (var signer = await RemoteSigner.SignInAsync(cluster.AnyHash, cluster.Nodes[1].Ready!))
        {
            _signatures.Clear();
            _refused = 0;
            var sad = await signer.AuthorizeAsync(Granted, []);
            await RaceAsync(cluster, signer, (at, _) => TakeAllAsync(at, sad));
            Verify(signer);
            Assert.Equal(Nodes * CallersOfNode, _refused);
        }

        await cluster.StopAsync();
        var events = cluster.EventsInCommitOrder();
        Assert.Equal(2 * Granted, events.Where(e => e.Event == "signhash.intent").Sum(e => e.Count));
        Assert.Equal(2 * Granted, events.Where(e => e.Event == "signhash.done").Sum(e => e.Count));
        Assert.DoesNotContain(events, e => e.Event is "signhash.released" or "signhash.spent" or "ledger.recovered");
        Assert.Equal("0|0", cluster.Postgres.Execute(
            cluster.Database, "SELECT sum(remaining), (SELECT count(*) FROM reservation) FROM activation"));
    }

    private static async Task RaceAsync(
        ApplianceCluster cluster, RemoteSigner signer, Func<RemoteSigner, Func<int>, Task> take)
    {
        await Task.WhenAll(cluster.Nodes.Select(async node =>
        {
            using var at = signer.At(node.Ready!);
            var next = -1;
            await Task.WhenAll(Enumerable.Range(0, CallersOfNode).Select(_ => Task.Run(
                () => take(at, () => Interlocked.Increment(ref next)), TestContext.Current.CancellationToken)));
        }));
    }

    private async Task TakeEachAsync(RemoteSigner at, string sad, byte[][] hashes, Func<int> next)
    {
        for (var i = next(); i < hashes.Length; i = next())
        {
            await TryAsync(at, sad, hashes[i]);
        }
    }

    private async Task TakeAllAsync(RemoteSigner at, string sad)
    {
        while (await TryAsync(at, sad, RandomNumberGenerator.GetBytes(32)))
        {
            // Until it is refused.
        }
    }

    private async Task<bool> TryAsync(RemoteSigner at, string sad, byte[] hash)
    {
        try
        {
            _signatures.Add((hash, Assert.Single(await at.SignAsync(sad, hash))));
            return true;
        }
        catch (GrpcStatusException refusal)
        {
            Assert.Equal(GrpcStatusCode.PermissionDenied, refusal.Code);
            Interlocked.Increment(ref _refused);
            return false;
        }
    }

    private int CountDistinct(Func<(byte[] Hash, byte[] Signature), byte[]> of)
        => _signatures.Select(s => Convert.ToHexString(of(s))).Distinct(StringComparer.Ordinal).Count();

    private void Verify(RemoteSigner signer)
    {
        using var key = signer.PublicKey();
        Assert.Equal(Granted, _signatures.Count);
        Assert.Equal(Granted, CountDistinct(s => s.Signature));
        Assert.All(_signatures, s => Assert.True(
            key.VerifyHash(s.Hash, s.Signature, DSASignatureFormat.Rfc3279DerSequence)));
    }
}
