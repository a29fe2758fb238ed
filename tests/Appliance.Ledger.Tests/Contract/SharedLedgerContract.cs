using Appliance.Storage;

namespace Appliance.Ledger.Tests.Contract;

/// <summary>What the ledger promises beyond that over a store that several nodes share.</summary>
public abstract partial class SharedLedgerContract : LedgerContract
{
    private const int Nodes = 4;
    private const int CallersOfNode = 16;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Callers_of_four_nodes_race_for_an_activation_and_get_what_it_grants(int scal)
    {
        await using var ledger = await StartAsync();
        var hashes = LedgerFixture.Hashes(200);
        var activation = await ledger.OpenAsync(scal == 2 ? hashes : [], total: hashes.Length, scal);
        var nodes = new List<LedgerNode> { ledger.Node };
        while (nodes.Count < Nodes)
        {
            nodes.Add(await ledger.StartNodeAsync($"node{nodes.Count}"));
        }

        var granted = new int[hashes.Length];
        await Task.WhenAll(nodes.SelectMany(node => Enumerable.Range(0, CallersOfNode).Select(caller => Task.Run(
            () => TakeAllAsync(node, caller), TestContext.Current.CancellationToken))));

        Assert.Equal(hashes.Length, granted.Sum());
        Assert.All(scal == 2 ? granted : [], count => Assert.Equal(1, count));
        Assert.Equal(new ActivationTally(0, 0, hashes.Length, 0), ledger.Tally(activation));
        Assert.Equal(0, ledger.Remaining(activation));
        Assert.Equal(hashes.Length, ledger.Audit(AuditEvent.SignHashIntent).Count);
        Assert.Equal(hashes.Length, ledger.Audit(AuditEvent.SignHashDone).Count);
        foreach (var node in nodes.Skip(1))
        {
            await node.DisposeAsync();
        }

        async Task TakeAllAsync(LedgerNode node, int caller)
        {
            for (var i = 0; i < hashes.Length; i++)
            {
                var index = (i + (caller * 3)) % hashes.Length;
                var (status, reservation) = await node.ReserveAsync(ledger.Request(activation, hashes[index]));
                if (status == ReservationStatus.UsedUp)
                {
                    return;
                }

                if (status == ReservationStatus.Ok)
                {
                    Interlocked.Increment(ref granted[index]);
                    await node.SettleAsync(reservation, ReservationOutcome.Consumed, ledger.Now);
                }
                else
                {
                    Assert.Equal(ReservationStatus.HashNotAuthorized, status);
                }
            }
        }
    }

    [Fact]
    public async Task Nodes_that_lock_two_activations_in_opposite_orders_both_finish()
    {
        await using var ledger = await StartAsync();
        await using var other = await ledger.StartNodeAsync("other");
        var first = await ledger.OpenAsync(LedgerFixture.Hashes(1));
        var second = await ledger.OpenAsync(LedgerFixture.Hashes(1));
        using var both = new Barrier(2);

        // Each has locked its first when it asks for its second: without a retry one of the two cannot finish.
        var forth = LockAsync(ledger.Node, first, second);
        var back = LockAsync(other, second, first);
        var attempts = await Task.WhenAll(forth, back);

        Assert.InRange(attempts.Sum(), 3, 20);
        Assert.Equal(2, ledger.Audit(AuditEvent.LoginOk).Count);

        async Task<int> LockAsync(LedgerNode node, Guid one, Guid two)
        {
            var attempt = 0;
            await node.Loop.WriteAsync(
                store =>
                {
                    attempt++;
                    AuditTrail.Append(store, new AuditRecord { At = 1, Event = AuditEvent.LoginOk });
                    Assert.True(store.Activations.TryCheck(one, store.States, out _));
                    if (attempt == 1)
                    {
                        Assert.True(both.SignalAndWait(s_patience, TestContext.Current.CancellationToken));
                    }

                    Assert.True(store.Activations.TryCheck(two, store.States, out _));
                    return attempt;
                },
                TestContext.Current.CancellationToken);
            return attempt;
        }
    }

    [Fact]
    public async Task A_node_that_starts_leaves_alone_what_others_have_reserved()
    {
        await using var ledger = await StartAsync();
        var hashes = LedgerFixture.Hashes(2);
        var activation = await ledger.OpenAsync(hashes);
        var (_, reservation) = await ledger.ReserveAsync(ledger.Request(activation, hashes[0]));

        await using var other = await ledger.StartNodeAsync("other");

        Assert.Equal(new ActivationTally(1, 1, 0, 0), ledger.Tally(activation));
        Assert.True(other.Activations.Incarnation > ledger.Activations.Incarnation);
        var (status, _) = await other.ReserveAsync(ledger.Request(activation, hashes[0]));
        Assert.Equal(ReservationStatus.HashNotAuthorized, status);
        await ledger.SettleAsync(reservation, ReservationOutcome.Released);
        (status, _) = await other.ReserveAsync(ledger.Request(activation, hashes[0]));
        Assert.Equal(ReservationStatus.Ok, status);
    }

    [Fact]
    public async Task What_a_node_had_reserved_is_spent_when_its_lease_has_run_out_and_stays_so()
    {
        await using var ledger = await StartAsync();
        var hashes = LedgerFixture.Hashes(3);
        var activation = await ledger.OpenAsync(hashes);
        await using var paused = await ledger.StartNodeAsync(Lease("paused"), time: new PausedTime());
        var (_, released) = await paused.ReserveAsync(ledger.Request(activation, hashes[0]));
        var (_, consumed) = await paused.ReserveAsync(ledger.Request(activation, hashes[1]));

        await using var watcher = await ledger.StartNodeAsync(Lease("watcher"));
        while (ledger.Tally(activation).Spent < 2)
        {
            await ledger.WriteAsync(_ => true);
        }

        // It wakes, and nothing that it does brings anything back.
        Assert.False(paused.Activations.MayDispatch);
        await paused.SettleAsync(released, ReservationOutcome.Released, ledger.Now);
        await paused.SettleAsync(consumed, ReservationOutcome.Consumed, ledger.Now);
        var (status, _) = await paused.ReserveAsync(ledger.Request(activation, hashes[2]));
        Assert.Equal(ReservationStatus.StoreUnavailable, status);
        Assert.Equal(new ActivationTally(1, 0, 0, 2), ledger.Tally(activation));
        Assert.Equal(2, ledger.Audit(AuditEvent.SignHashSpent).Count);
        Assert.Empty(ledger.Audit(AuditEvent.SignHashReleased));
        Assert.Equal(2, Assert.Single(ledger.Audit(AuditEvent.LedgerRecovered)).Record.Count);
        Assert.Equal(1, ledger.Remaining(activation));

        static LeaseOptions Lease(string node)
        {
            var time = TimeSpan.FromSeconds(0.5);
            return new LeaseOptions { Node = node, Lease = time, Margin = time };
        }
    }
}
