using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using Appliance.Grpc.Client;
using Appliance.Server.Tests.Processes;
using Appliance.Tests.Shared.Postgres;

namespace Appliance.Server.Tests.Cluster;

/// <summary>PostgreSQL goes away and comes back under the load of two processes.</summary>
public sealed class StoreLossTests
{
    private const int Nodes = 2;
    private const int CallersOfNode = 8;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly ConcurrentQueue<string> _unexpected = [];
    private int _signed;
    private int _away;
    private volatile bool _stop;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Calls_are_told_to_come_back_while_PostgreSQL_is_away_and_go_on_by_themselves(bool killed)
    {
        using var postgres = PostgresCluster.Start();
        using var cluster = await ApplianceCluster.StartAsync(postgres, Nodes);
        using var signer = await RemoteSigner.SignInAsync(cluster.AnyHash, cluster.Nodes[0].Ready!);
        var sad = await signer.AuthorizeAsync(10_000, []);
        using var rest = new HttpClient { BaseAddress = new Uri(cluster.Nodes[1].Ready!.Rest) };

        var callers = cluster.Nodes.SelectMany(node => Enumerable.Range(0, CallersOfNode).Select(_ => Task.Run(
            () => SignAsync(signer.At(node.Ready!), sad), TestContext.Current.CancellationToken))).ToList();
        await UntilAsync(() => _signed >= 100);
        Assert.Equal((HttpStatusCode.OK, "ok"), await ReadyAsync(rest));

        if (killed)
        {
            postgres.Kill();
        }
        else
        {
            postgres.Stop();
        }

        await UntilAsync(() => _away >= 100);
        await UntilAsync(async () => (await ReadyAsync(rest)).Status == HttpStatusCode.ServiceUnavailable);
        Assert.Contains("the store is away", (await ReadyAsync(rest)).Body, StringComparison.Ordinal);
        await AssertRestIsAwayAsync(rest, signer, sad);
        var before = _signed;

        postgres.StartAgain();

        await UntilAsync(() => _signed >= before + 200);
        await UntilAsync(async () => (await ReadyAsync(rest)).Status == HttpStatusCode.OK);
        _stop = true;
        await Task.WhenAll(callers);
        Assert.Empty(_unexpected);

        // Every signature that a caller got is in the store, and so is how everything ended that was begun.
        await cluster.StopAsync();
        var counts = cluster.EventsInCommitOrder().GroupBy(e => e.Event, e => e.Count, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Sum(), StringComparer.Ordinal);
        var done = counts.GetValueOrDefault("signhash.done");
        Assert.InRange(_signed, 300, done);
        Assert.Equal(
            counts["signhash.intent"],
            done + counts.GetValueOrDefault("signhash.released") + counts.GetValueOrDefault("signhash.spent"));
        Assert.False(counts.ContainsKey("ledger.recovered"));
    }

    /// <summary>Over REST: 503, and when to come back.</summary>
    private static async Task AssertRestIsAwayAsync(HttpClient rest, RemoteSigner signer, string sad)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/csc/v2/signatures/signHash");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", signer.Token);
        request.Content = new ByteArrayContent(signer.SignBody(sad, RemoteSigner.RandomHashes(1)[0]));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var answer = await rest.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(2), answer.Headers.RetryAfter!.Delta);
    }

    private static async Task<(HttpStatusCode Status, string Body)> ReadyAsync(HttpClient rest)
    {
        using var answer = await rest.GetAsync("/healthz/ready", TestContext.Current.CancellationToken);
        var body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return (answer.StatusCode, answer.IsSuccessStatusCode ? "ok" : body);
    }

    private static Task UntilAsync(Func<bool> condition) => UntilAsync(() => Task.FromResult(condition()));

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(s_patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await condition())
        {
            await timer.WaitForNextTickAsync(patience.Token);
        }
    }

    /// <summary>A client that heeds the hint, somewhat impatiently.</summary>
    private async Task SignAsync(RemoteSigner at, string sad)
    {
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        using (at)
        {
            while (!_stop)
            {
                try
                {
                    Assert.Single(await at.SignAsync(sad, RemoteSigner.RandomHashes(1)));
                    Interlocked.Increment(ref _signed);
                }
                catch (GrpcStatusException away) when (away.Code == GrpcStatusCode.Unavailable)
                {
                    Assert.Equal(TimeSpan.FromSeconds(2), away.RetryAfter);
                    Interlocked.Increment(ref _away);
                    await pause.WaitForNextTickAsync(TestContext.Current.CancellationToken);
                }
                catch (GrpcStatusException late) when (late.Code == GrpcStatusCode.ResourceExhausted)
                {
                    // Until the node knows that it is the store, all it sees is that nothing gets done.
                    Assert.NotNull(late.RetryAfter);
                    await pause.WaitForNextTickAsync(TestContext.Current.CancellationToken);
                }
                catch (GrpcStatusException other)
                {
                    _unexpected.Enqueue(other.Message);
                    return;
                }
            }
        }
    }
}
