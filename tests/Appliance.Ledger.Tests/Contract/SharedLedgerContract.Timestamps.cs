using Appliance.Storage;

namespace Appliance.Ledger.Tests.Contract;

public abstract partial class SharedLedgerContract
{
    [Fact]
    public async Task A_hundred_time_stamps_at_once_on_two_nodes_are_as_many_as_the_client_may_have()
    {
        await using var ledger = await StartAsync();
        await using var other = await ledger.StartNodeAsync("other");

        var scenes = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Task.Run(
            () => StampOfAsync(ledger, perDay: 10, i % 2 == 0 ? ledger.Node : other),
            TestContext.Current.CancellationToken)));

        Assert.Equal(10, scenes.Count(scene => scene.Refusal == TimestampRefusal.None));
        Assert.Equal(90, scenes.Count(scene => scene.Refusal == TimestampRefusal.QuotaExceeded));
        Assert.Equal(10, UsedOf(ledger));
        Assert.Equal(10, ledger.Audit(AuditEvent.TimestampIntent).Count);
        Assert.Equal(90, ledger.Audit(AuditEvent.TimestampRefused).Count);

        // Those that failed are had by others, and no more than those.
        var failed = scenes.Where(scene => scene.Refusal == TimestampRefusal.None).Take(4).ToList();
        var again = Enumerable.Range(0, 20).Select(i => Task.Run(
            () => StampOfAsync(ledger, perDay: 10, i % 2 == 0 ? ledger.Node : other),
            TestContext.Current.CancellationToken)).ToList();
        await Task.WhenAll(failed.Select(scene => scene.FailAsync()));
        var had = (await Task.WhenAll(again)).Count(scene => scene.Refusal == TimestampRefusal.None);
        for (; had < 4; had++)
        {
            Assert.Equal(TimestampRefusal.None, (await StampOfAsync(ledger, perDay: 10, other)).Refusal);
        }

        Assert.Equal(4, had);
        Assert.Equal(TimestampRefusal.QuotaExceeded, (await StampOfAsync(ledger, perDay: 10, other)).Refusal);
    }

    [Fact]
    public async Task Nodes_that_stamp_fail_and_sign_for_one_signer_lose_and_gain_no_transaction()
    {
        await using var ledger = await StartAsync();
        await using var other = await ledger.StartNodeAsync("other");
        await ledger.WriteAsync(c => ledger.Activations.Packages.Grant(
            c, ledger.Credential, 100, ledger.Now, ledger.Now + 100_000, ledger.Now));

        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => Task.Run(
            async () =>
            {
                var node = i % 2 == 0 ? ledger.Node : other;
                var scene = await node.StampAsync(Claim(ledger, LedgerFixture.Hashes(1)[0]), ledger.Now);
                Assert.Equal(TimestampTaking.Counted, scene.Taking);
                await (i % 3 == 0 ? scene.IssueAsync() : scene.FailAsync());
            },
            TestContext.Current.CancellationToken)));

        Assert.Equal(
            80, ledger.Store.Read(c => c.Packages.TryFindActive(ledger.Credential, out var row) ? row.Remaining : -1));
        Assert.Equal(40, ledger.Audit(AuditEvent.TimestampFailed).Count);
    }

    [Fact]
    public async Task A_client_that_one_node_stops_has_no_time_stamp_on_another_from_that_commit_on()
    {
        await using var ledger = await StartAsync();
        await using var other = await ledger.StartNodeAsync("other");
        var claim = Claim(ledger, LedgerFixture.Hashes(1)[0]) with
        {
            SignerId = null,
            Standing = c => new TimestampStanding(c.Clients.Find(ledger.Client)!.State == ClientState.Active
                ? TimestampRefusal.None
                : TimestampRefusal.NotAllowed),
        };

        for (var round = 0; round < 20; round++)
        {
            using var stopped = new CancellationTokenSource();
            var stamping = Task.Run(
                async () =>
                {
                    var had = 0;
                    while (true)
                    {
                        // Asked for when the stop was committed: it must be refused.
                        var wasStopped = stopped.IsCancellationRequested;
                        var scene = await other.StampAsync(claim, ledger.Now);
                        Assert.False(wasStopped && scene.Refusal == TimestampRefusal.None);
                        if (wasStopped)
                        {
                            return had;
                        }

                        had++;
                    }
                },
                TestContext.Current.CancellationToken);
            await SetClientAsync(ClientState.Suspended);
            await stopped.CancelAsync();
            await stamping;
            await SetClientAsync(ClientState.Active);
            Assert.Equal(TimestampRefusal.None, (await other.StampAsync(claim, ledger.Now)).Refusal);
        }

        Task<bool> SetClientAsync(ClientState state) => ledger.WriteAsync(c =>
        {
            var row = c.Clients.Find(ledger.Client)!;
            return c.Clients.Update(row with { State = state, Version = row.Version + 1 });
        });
    }
}
