using Appliance.Ledger.Tests.Drills;
using Appliance.Storage;

namespace Appliance.Ledger.Tests.Contract;

public abstract partial class LedgerContract
{
    private const int Callers = 64;

    [Fact]
    public async Task Sixty_four_callers_race_for_a_hundred_signatures_and_get_a_hundred()
    {
        await using var ledger = await StartAsync();
        var hashes = LedgerFixture.Hashes(100);
        var activation = await ledger.OpenAsync(hashes);
        var granted = new int[hashes.Length];

        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; i < hashes.Length; i++)
            {
                var index = (i + caller) % hashes.Length;
                var (status, reservation) = await ledger.ReserveAsync(ledger.Request(activation, hashes[index]));
                if (status == ReservationStatus.Ok)
                {
                    Interlocked.Increment(ref granted[index]);
                    await ledger.SettleAsync(reservation, ReservationOutcome.Consumed);
                }
                else
                {
                    Assert.True(status is ReservationStatus.HashNotAuthorized or ReservationStatus.UsedUp);
                }
            }
        }, TestContext.Current.CancellationToken)));

        Assert.All(granted, count => Assert.Equal(1, count));
        Assert.Equal(new ActivationTally(0, 0, 100, 0), ledger.Tally(activation));
        Assert.Equal(100, ledger.Audit(AuditEvent.SignHashIntent).Count);
        Assert.Equal(100, ledger.Audit(AuditEvent.SignHashDone).Count);
        Assert.Equal(6_300, ledger.Audit(AuditEvent.SignHashRefused).Count);
    }

    [Fact]
    public async Task An_occurrence_authorised_k_times_is_granted_k_times_whoever_asks_and_gives_back()
    {
        await using var ledger = await StartAsync();
        var hashes = LedgerFixture.Hashes(20);
        int[] authorised = [.. hashes.Select((_, i) => 1 + (i % 4))];
        var activation = await ledger.OpenAsync(
            [.. hashes.SelectMany((hash, i) => Enumerable.Repeat(hash, authorised[i]))]);
        var held = new int[hashes.Length];
        var over = 0;
        var used = 0;
        var total = authorised.Sum();

        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(
            () => TakeAsync(new Random(caller)), TestContext.Current.CancellationToken)));

        Assert.Equal(0, over);
        Assert.Equal(authorised, held);
        var tally = ledger.Tally(activation);
        Assert.Equal((0, 0, total), (tally.Authorised, tally.Reserved, tally.Consumed + tally.Spent));
        Assert.Equal(0, ledger.Remaining(activation));
        Assert.Equal(ledger.Audit(AuditEvent.SignHashDone).Sum(e => e.Record.Count), tally.Consumed);
        AssertOneOutcomePerIntent(ledger);

        async Task TakeAsync(Random random)
        {
            while (Volatile.Read(ref used) < total)
            {
                int[] wanted = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(hashes.Length))];
                var (status, reservation) = await ledger.ReserveAsync(
                    ledger.Request(activation, [.. wanted.Select(i => hashes[i])]));
                if (status != ReservationStatus.Ok)
                {
                    continue;
                }

                Interlocked.Add(ref over, wanted.Count(i => Interlocked.Increment(ref held[i]) > authorised[i]));
                var outcome = random.Next(3) == 0 ? ReservationOutcome.Released
                    : random.Next(8) == 0 ? ReservationOutcome.Spent : ReservationOutcome.Consumed;
                var released = outcome == ReservationOutcome.Released;
                // Before it can be had again, not after.
                Array.ForEach(wanted, i => Interlocked.Add(ref held[i], released ? -1 : 0));
                await ledger.SettleAsync(reservation, outcome);
                Interlocked.Add(ref used, released ? 0 : wanted.Length);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task What_is_released_is_given_back_each_time(int scal)
    {
        await using var ledger = await StartAsync();

        Assert.Empty(await ReleaseDrill.RunAsync(ledger, scal));

        Assert.Equal(ledger.Audit(AuditEvent.SignHashIntent).Count, ledger.Audit(AuditEvent.SignHashReleased).Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Random_work_leaves_what_a_model_of_it_says(int seed)
    {
        await using var ledger = await StartAsync();

        var drill = new ModelDrill(ledger, seed);

        Assert.Empty(await drill.RunAsync(800));

        Assert.InRange(drill.Granted, 100, 800);
        AssertOneOutcomePerIntent(ledger);
    }

    [Fact]
    public async Task Nothing_is_reserved_after_the_commit_of_a_revocation()
    {
        using var place = NewStore();
        await using var ledger = await LedgerFixture.StartAsync(place);
        var activation = await ledger.OpenAsync([], total: 4_000, scal: 1);
        var many = new TaskCompletionSource();
        var granted = 0;
        var revoked = false;

        var callers = Enumerable.Range(0, Callers).Select(_ => Task.Run(
            SignUntilRefusedAsync, TestContext.Current.CancellationToken)).ToList();
        await many.Task;
        await ledger.WriteAsync(c =>
        {
            AuditTrail.Append(c, new AuditRecord { At = ledger.Now, Event = AuditEvent.CredentialChanged });
            return c.Credentials.SetState(ledger.Credential, CredentialState.Suspended);
        });
        Volatile.Write(ref revoked, true);

        foreach (var (status, asked) in await Task.WhenAll(callers))
        {
            Assert.Equal(ReservationStatus.CredentialDisabled, status);
            Assert.False(asked, "a reservation that was asked for after the revocation was granted");
        }

        var events = place.EventsInCommitOrder();
        Assert.InRange(events.Count(name => name == "signhash.intent"), granted, 4_000);
        var late = events.SkipWhile(name => name != "credential.changed").ToList();
        Assert.NotEmpty(late);
        Assert.DoesNotContain(late, name => name == "signhash.intent");

        async Task<(ReservationStatus Refusal, bool GrantedLate)> SignUntilRefusedAsync()
        {
            while (true)
            {
                var isLate = Volatile.Read(ref revoked);
                var (status, reservation) = await ledger.ReserveAsync(
                    ledger.Request(activation, LedgerFixture.Hashes(1)));
                if (status != ReservationStatus.Ok || isLate)
                {
                    return (status, status == ReservationStatus.Ok);
                }

                if (Interlocked.Increment(ref granted) == 300)
                {
                    many.SetResult();
                }

                await ledger.SettleAsync(reservation, ReservationOutcome.Consumed);
            }
        }
    }

    private static void AssertOneOutcomePerIntent(LedgerFixture ledger)
    {
        var intents = ledger.Audit(AuditEvent.SignHashIntent).Select(e => e.Record.RequestId!.Value).ToList();
        var outcomes = new[] { AuditEvent.SignHashDone, AuditEvent.SignHashReleased, AuditEvent.SignHashSpent }
            .SelectMany(outcome => ledger.Audit(outcome)).Select(e => e.Record.RequestId!.Value).ToList();
        Assert.Equal(intents.Count, intents.Distinct().Count());
        Assert.Equal(intents.Order(), outcomes.Order());
    }
}
