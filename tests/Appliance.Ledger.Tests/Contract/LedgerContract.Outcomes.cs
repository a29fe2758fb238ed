using System.Security.Cryptography;
using Appliance.Storage;

namespace Appliance.Ledger.Tests.Contract;

public abstract partial class LedgerContract
{
    private static readonly byte[][] s_signatures = [[1, 2, 3], [], [4]];

    [Fact]
    public async Task What_was_signed_is_delivered_again_and_nothing_more_is_used()
    {
        await using var ledger = await StartAsync();
        var (request, first) = await SignAsync(ledger);
        var records = ledger.Audit().Count;

        var (status, again) = await ledger.ReserveAsync(request with { RequestId = LedgerFixture.NewId() });

        Assert.Equal(ReservationStatus.Redelivered, status);
        Assert.Equal<IEnumerable<byte>>(s_signatures, again.ReadRecorded());
        Assert.Equal(new ActivationTally(1, 0, 3, 0), ledger.Tally(request.ActivationId));
        Assert.Equal(records + 1, ledger.Audit().Count);
        var record = Assert.Single(ledger.Audit(AuditEvent.SignHashRedelivered)).Record;
        Assert.Equal((AuditOutcome.Ok, 3), (record.Outcome, record.Count));
        Assert.Equal(first.Request.RequestId, record.RequestId);
        Assert.Empty(ledger.Store.Read(c => c.Reservations.List(ledger.Activations.Incarnation, 10)));
    }

    [Fact]
    public async Task It_is_delivered_again_when_nothing_of_its_activation_is_left_in_time_or_at_all()
    {
        await using var ledger = await StartAsync();
        var (request, _) = await SignAsync(ledger);

        var late = request with { Now = ledger.Now + 1_000_000, CredentialVersion = 7 };
        Assert.Equal(ReservationStatus.Redelivered, (await ledger.ReserveAsync(late)).Status);
        ledger.Edit("DELETE FROM activation_hash; DELETE FROM activation; UPDATE credential SET state = 2");
        Assert.Equal(ReservationStatus.Redelivered, (await ledger.ReserveAsync(late)).Status);
        await ledger.RestartAsync();

        var (status, again) = await ledger.ReserveAsync(late);
        Assert.Equal(ReservationStatus.Redelivered, status);
        Assert.Equal<IEnumerable<byte>>(s_signatures, again.ReadRecorded());
    }

    [Fact]
    public async Task The_id_with_anything_else_is_refused_and_uses_nothing()
    {
        await using var ledger = await StartAsync();
        var (request, _) = await SignAsync(ledger);

        var other = request with { Outcome = request.Outcome! with { Fingerprint = 1 } };
        Assert.Equal(ReservationStatus.RequestIdReused, (await ledger.ReserveAsync(other)).Status);

        Assert.Equal(new ActivationTally(1, 0, 3, 0), ledger.Tally(request.ActivationId));
        var refused = Assert.Single(ledger.Audit(AuditEvent.SignHashRefused));
        Assert.Equal("RequestIdReused", refused.Record.Detail);
    }

    [Fact]
    public async Task While_it_is_in_flight_it_says_so_and_leaves_no_record()
    {
        await using var ledger = await StartAsync();
        var (request, reservation) = await ReserveAsync(ledger);
        var records = ledger.Audit().Count;

        Assert.Equal(ReservationStatus.InFlight, (await ledger.ReserveAsync(request)).Status);
        Assert.Equal(records, ledger.Audit().Count);
        var other = request with { Outcome = request.Outcome! with { Fingerprint = 1 } };
        Assert.Equal(ReservationStatus.RequestIdReused, (await ledger.ReserveAsync(other)).Status);

        await SettleAsync(ledger, reservation, ReservationOutcome.Consumed);
        Assert.Equal(ReservationStatus.Redelivered, (await ledger.ReserveAsync(request)).Status);
    }

    [Fact]
    public async Task What_was_released_may_be_tried_anew_under_the_same_id()
    {
        await using var ledger = await StartAsync();
        var (request, reservation) = await ReserveAsync(ledger);
        await SettleAsync(ledger, reservation, ReservationOutcome.Released);

        var (status, again) = await ledger.ReserveAsync(request);
        Assert.Equal(ReservationStatus.Ok, status);
        await SettleAsync(ledger, again, ReservationOutcome.Consumed);

        Assert.Equal(ReservationStatus.Redelivered, (await ledger.ReserveAsync(request)).Status);
    }

    [Fact]
    public async Task A_refusal_leaves_the_id_free()
    {
        await using var ledger = await StartAsync();
        var request = await NewRequestAsync(ledger);

        var late = request with { Now = ledger.Now + 300_000 };
        Assert.Equal(ReservationStatus.ActivationExpired, (await ledger.ReserveAsync(late)).Status);
        Assert.Null(ledger.Store.Read(c => c.Outcomes.Find(request.Outcome!.Key)));

        Assert.Equal(ReservationStatus.Ok, (await ledger.ReserveAsync(request)).Status);
    }

    [Theory]
    [InlineData(ReservationOutcome.Spent)]
    [InlineData(ReservationOutcome.Consumed)]
    public async Task Without_its_signatures_it_is_in_doubt_and_says_so_each_time(ReservationOutcome outcome)
    {
        await using var ledger = await StartAsync();
        var (request, reservation) = await ReserveAsync(ledger);
        await ledger.SettleAsync(reservation, outcome);

        var (status, again) = await ledger.ReserveAsync(request with { RequestId = LedgerFixture.NewId() });
        Assert.Equal(ReservationStatus.InDoubt, status);
        Assert.Throws<InvalidOperationException>(again.ReadRecorded);
        Assert.Equal(ReservationStatus.InDoubt, (await ledger.ReserveAsync(request)).Status);

        var refused = ledger.Audit(AuditEvent.SignHashRefused);
        Assert.Equal(2, refused.Count);
        Assert.All(refused, e => Assert.Equal(("InDoubt", request.RequestId), (e.Record.Detail, e.Record.RequestId)));
    }

    [Fact]
    public async Task What_a_dead_run_had_in_flight_is_in_doubt_and_what_it_had_done_is_not()
    {
        await using var ledger = await StartAsync();
        var (done, _) = await SignAsync(ledger);
        var (open, _) = await ReserveAsync(ledger);

        await ledger.RestartAsync();

        Assert.Equal(ReservationStatus.Redelivered, (await ledger.ReserveAsync(done)).Status);
        Assert.Equal(ReservationStatus.InDoubt, (await ledger.ReserveAsync(open)).Status);
        Assert.Equal(new ActivationTally(1, 0, 0, 3), ledger.Tally(open.ActivationId));
    }

    [Fact]
    public async Task Of_many_with_one_id_in_one_commit_one_is_reserved()
    {
        await using var ledger = await StartAsync();
        var request = await NewRequestAsync(ledger);
        var commits = ledger.Loop.Commits;
        Task<(ReservationStatus Status, Reservation Reservation)>[] all;
        using (var held = new ManualResetEventSlim())
        {
            var holder = ledger.Loop.WriteAsync(
                _ =>
                {
                    held.Wait(TestContext.Current.CancellationToken);
                    return 0;
                },
                TestContext.Current.CancellationToken);
            all = [.. Enumerable.Range(0, 32).Select(_ => ledger.ReserveAsync(
                request with { RequestId = LedgerFixture.NewId() }))];
            held.Set();
            await holder;
            await Task.WhenAll(all);
        }

        var statuses = all.Select(task => task.Result.Status).ToList();
        Assert.Single(statuses, ReservationStatus.Ok);
        Assert.Equal(31, statuses.Count(status => status == ReservationStatus.InFlight));
        // A store that takes several commits at a time has others beside the one that was held.
        Assert.InRange(ledger.Loop.Commits - commits, 1, ledger.Store.IsShared ? 33 : 2);
        Assert.Equal(new ActivationTally(1, 3, 0, 0), ledger.Tally(request.ActivationId));
        Assert.Single(ledger.Audit(AuditEvent.SignHashIntent));
    }

    [Fact]
    public async Task Who_asks_for_a_record_only_reserves_nothing()
    {
        await using var ledger = await StartAsync();
        var request = await NewRequestAsync(ledger);
        var onlyRecorded = request with { Outcome = request.Outcome! with { OnlyRecorded = true } };

        Assert.Equal(ReservationStatus.ActivationExpired, (await ledger.ReserveAsync(onlyRecorded)).Status);
        Assert.Equal(new ActivationTally(4, 0, 0, 0), ledger.Tally(request.ActivationId));

        var (_, reservation) = await ledger.ReserveAsync(request);
        await SettleAsync(ledger, reservation, ReservationOutcome.Consumed);
        Assert.Equal(ReservationStatus.Redelivered, (await ledger.ReserveAsync(onlyRecorded)).Status);
    }

    [Theory]
    [InlineData("UPDATE outcome SET signatures = x'0000000109'")]
    [InlineData("UPDATE outcome SET mac = x''")]
    [InlineData("UPDATE outcome SET request_id = x'00000000000000000000000000000000'")]
    [InlineData("UPDATE outcome SET signatures = x''")]
    public async Task An_edited_record_is_not_delivered(string edit)
    {
        await using var ledger = await StartAsync();
        var (request, _) = await SignAsync(ledger);

        ledger.Edit(edit);

        Assert.Equal(ReservationStatus.OutcomeTampered, (await ledger.ReserveAsync(request)).Status);
        Assert.Equal("OutcomeTampered", Assert.Single(ledger.Audit(AuditEvent.SignHashRefused)).Record.Detail);
    }

    [Fact]
    public async Task A_record_under_the_key_of_another_is_not_delivered()
    {
        await using var ledger = await StartAsync();
        var (request, _) = await SignAsync(ledger);
        var other = request with { Outcome = request.Outcome! with { Key = 5 } };

        ledger.Edit($"UPDATE outcome SET key = x'{5:X32}'");

        Assert.Equal(ReservationStatus.OutcomeTampered, (await ledger.ReserveAsync(other)).Status);
    }

    [Fact]
    public async Task Without_an_id_nothing_is_recorded()
    {
        await using var ledger = await StartAsync();
        var request = await NewRequestAsync(ledger) with { Outcome = null };
        var (_, reservation) = await ledger.ReserveAsync(request);
        await SettleAsync(ledger, reservation, ReservationOutcome.Consumed);

        Assert.Equal(ReservationStatus.Exhausted, (await ledger.ReserveAsync(request)).Status);
        // Everything is older than the end of time: what is not there cannot be forgotten.
        Assert.Equal(0, await ledger.Loop.WriteAsync(
            c => c.Outcomes.DeleteExpired(long.MaxValue, 10), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Key_and_fingerprint_tell_everything_apart()
    {
        var (signer, client, activation) = (LedgerFixture.NewId(), LedgerFixture.NewId(), LedgerFixture.NewId());
        var (a, b) = (RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(32));
        UInt128[] all =
        [
            OutcomeRequest.KeyOf(signer, client, "1"),
            OutcomeRequest.KeyOf(signer, client, "2"),
            OutcomeRequest.KeyOf(client, signer, "1"),
            OutcomeRequest.KeyOf(signer, Guid.Empty, "1"),
            OutcomeRequest.FingerprintOf(activation, signer, "x", [a, b]),
            OutcomeRequest.FingerprintOf(activation, signer, "x", [b, a]),
            OutcomeRequest.FingerprintOf(activation, signer, "x", [a]),
            OutcomeRequest.FingerprintOf(activation, signer, "x", [a, b, b]),
            OutcomeRequest.FingerprintOf(activation, signer, "x", [[.. a, .. b]]),
            OutcomeRequest.FingerprintOf(activation, signer, "y", [a, b]),
            OutcomeRequest.FingerprintOf(activation, client, "x", [a, b]),
            OutcomeRequest.FingerprintOf(client, signer, "x", [a, b]),
        ];

        Assert.Equal(all.Length, all.Distinct().Count());
        Assert.Equal(all[0], OutcomeRequest.KeyOf(signer, client, "1"));
        Assert.Equal(all[4], OutcomeRequest.FingerprintOf(activation, signer, "x", [[.. a], [.. b]]));
    }

    private protected static async Task<ReservationRequest> NewRequestAsync(LedgerFixture ledger)
    {
        var hashes = LedgerFixture.Hashes(4);
        var activation = await ledger.OpenAsync(hashes);
        var id = Guid.NewGuid().ToString();
        return ledger.Request(activation, hashes[..3]) with
        {
            Outcome = new OutcomeRequest(
                OutcomeRequest.KeyOf(ledger.Signer, ledger.Client, id),
                OutcomeRequest.FingerprintOf(activation, ledger.Credential, "scheme", hashes[..3]),
                ledger.Now + 1_000),
        };
    }

    private static async Task<(ReservationRequest Request, Reservation Reservation)> ReserveAsync(LedgerFixture ledger)
    {
        var request = await NewRequestAsync(ledger);
        var (status, reservation) = await ledger.ReserveAsync(request);
        Assert.Equal(ReservationStatus.Ok, status);
        return (request, reservation);
    }

    private static async Task<(ReservationRequest Request, Reservation Reservation)> SignAsync(LedgerFixture ledger)
    {
        var (request, reservation) = await ReserveAsync(ledger);
        await SettleAsync(ledger, reservation, ReservationOutcome.Consumed);
        return (request, reservation);
    }

    private static Task SettleAsync(LedgerFixture ledger, Reservation reservation, ReservationOutcome outcome)
    {
        var signatures = outcome == ReservationOutcome.Consumed ? s_signatures : null;
        reservation.Settle(ledger.Loop, outcome, ledger.Now, signatures: signatures);
        return ((TaskCompletionSource)reservation.State!).Task;
    }
}
