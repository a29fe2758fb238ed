using Appliance.Storage;

namespace Appliance.Ledger.Tests.Contract;

public abstract partial class LedgerContract
{
    [Fact]
    public async Task A_hash_is_reserved_once_and_consumed_for_good()
    {
        await using var ledger = await StartAsync();
        var hashes = LedgerFixture.Hashes(2);
        var activation = await ledger.OpenAsync(hashes);

        var (status, reservation) = await ledger.ReserveAsync(ledger.Request(activation, hashes[0]));
        Assert.Equal(ReservationStatus.Ok, status);
        Assert.Equal(new ActivationTally(1, 1, 0, 0), ledger.Tally(activation));
        Assert.Equal(ReservationStatus.HashNotAuthorized, await ledger.TryReserveAsync(activation, hashes[0]));
        await ledger.SettleAsync(reservation, ReservationOutcome.Consumed);

        Assert.Equal(new ActivationTally(1, 0, 1, 0), ledger.Tally(activation));
        Assert.Equal(ReservationStatus.HashNotAuthorized, await ledger.TryReserveAsync(activation, hashes[0]));
        Assert.Equal(ReservationStatus.Ok, await ledger.TryReserveAsync(activation, hashes[1]));
        Assert.Equal(ReservationStatus.UsedUp, await ledger.TryReserveAsync(activation, hashes[1]));
    }

    [Fact]
    public async Task A_request_gets_all_its_hashes_or_none()
    {
        await using var ledger = await StartAsync();
        var hashes = LedgerFixture.Hashes(4);
        var activation = await ledger.OpenAsync(hashes[..3], total: 10);

        Assert.Equal(ReservationStatus.HashNotAuthorized, await ledger.TryReserveAsync(activation, hashes));
        Assert.Equal(new ActivationTally(3, 0, 0, 0), ledger.Tally(activation));
        Assert.Equal(10, ledger.Remaining(activation));
        Assert.Equal(ReservationStatus.Ok, await ledger.TryReserveAsync(activation, hashes[..3]));
        Assert.Equal(7, ledger.Remaining(activation));
    }

    [Fact]
    public async Task A_hash_asked_for_twice_needs_two_occurrences()
    {
        await using var ledger = await StartAsync();
        var hash = LedgerFixture.Hashes(1)[0];
        var once = await ledger.OpenAsync([hash], total: 5);
        var twice = await ledger.OpenAsync([hash, hash], total: 5);

        Assert.Equal(ReservationStatus.HashNotAuthorized, await ledger.TryReserveAsync(once, hash, [.. hash]));
        Assert.Equal(ReservationStatus.Ok, await ledger.TryReserveAsync(twice, hash, [.. hash]));
        Assert.Equal(ReservationStatus.HashNotAuthorized, await ledger.TryReserveAsync(twice, hash));
    }

    [Fact]
    public async Task What_was_never_dispatched_may_be_used_again_and_what_is_in_doubt_may_not()
    {
        await using var ledger = await StartAsync();
        var hashes = LedgerFixture.Hashes(2);
        var activation = await ledger.OpenAsync(hashes);

        var (_, first) = await ledger.ReserveAsync(ledger.Request(activation, hashes));
        await ledger.SettleAsync(first, ReservationOutcome.Released);
        Assert.Equal(new ActivationTally(2, 0, 0, 0), ledger.Tally(activation));
        var (status, second) = await ledger.ReserveAsync(ledger.Request(activation, hashes));
        Assert.Equal(ReservationStatus.Ok, status);
        await ledger.SettleAsync(second, ReservationOutcome.Spent);

        Assert.Equal(new ActivationTally(0, 0, 0, 2), ledger.Tally(activation));
        Assert.Equal(ReservationStatus.UsedUp, await ledger.TryReserveAsync(activation, hashes));
    }

    [Fact]
    public async Task Scal1_takes_any_hash_until_the_count_is_used_up()
    {
        await using var ledger = await StartAsync();
        var hashes = LedgerFixture.Hashes(4);
        var activation = await ledger.OpenAsync([], total: 3, scal: 1);

        var (status, reservation) = await ledger.ReserveAsync(ledger.Request(activation, hashes[..2]));
        Assert.Equal(ReservationStatus.Ok, status);
        await ledger.SettleAsync(reservation, ReservationOutcome.Released);
        Assert.Equal(ReservationStatus.Ok, await ledger.TryReserveAsync(activation, hashes[0], hashes[0]));
        Assert.Equal(ReservationStatus.Exhausted, await ledger.TryReserveAsync(activation, hashes[2..]));
        Assert.Equal(ReservationStatus.Ok, await ledger.TryReserveAsync(activation, hashes[3]));

        Assert.Equal(new ActivationTally(0, 3, 0, 0), ledger.Tally(activation));
    }

    [Fact]
    public async Task A_one_shot_sad_serves_again_only_when_nothing_came_of_it()
    {
        await using var ledger = await StartAsync();
        var hashes = LedgerFixture.Hashes(2);
        var activation = await ledger.OpenAsync([], total: 5, scal: 1);
        var request = ledger.Request(activation, hashes[0]) with { OneShot = true };

        var (status, reservation) = await ledger.ReserveAsync(request);
        Assert.Equal(ReservationStatus.Ok, status);
        Assert.Equal(ReservationStatus.AlreadyUsed, (await ledger.ReserveAsync(request)).Status);
        await ledger.SettleAsync(reservation, ReservationOutcome.Released);
        Assert.Equal(ReservationStatus.Ok, (await ledger.ReserveAsync(request)).Status);
        Assert.Equal(ReservationStatus.AlreadyUsed, (await ledger.ReserveAsync(request)).Status);

        Assert.Equal(new ActivationTally(4, 1, 0, 0), ledger.Tally(activation));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task The_states_of_many_occurrences_lie_in_segments(int scal)
    {
        await using var ledger = await StartAsync();
        var hashes = LedgerFixture.Hashes(9_000);
        var activation = await ledger.OpenAsync(hashes, scal: scal);
        Assert.Equal(new ActivationTally(9_000, 0, 0, 0), ledger.Tally(activation));

        var (_, all) = await ledger.ReserveAsync(ledger.Request(activation, hashes[..8_999]));
        Assert.Null(all.Error);
        Assert.Equal(new ActivationTally(1, 8_999, 0, 0), ledger.Tally(activation));
        await ledger.SettleAsync(all, ReservationOutcome.Released);
        Assert.Equal(new ActivationTally(9_000, 0, 0, 0), ledger.Tally(activation));

        byte[][] some = [hashes[0], hashes[4_095], hashes[4_096], hashes[8_999]];
        var (_, spent) = await ledger.ReserveAsync(ledger.Request(activation, some));
        await ledger.SettleAsync(spent, ReservationOutcome.Spent);
        Assert.Equal(new ActivationTally(8_996, 0, 0, 4), ledger.Tally(activation));
        if (scal == 2)
        {
            Assert.Equal(ReservationStatus.HashNotAuthorized, await ledger.TryReserveAsync(activation, hashes[4_096]));
        }

        var (status, rest) = await ledger.ReserveAsync(
            ledger.Request(activation, hashes.Where(hash => !some.Contains(hash)).ToArray()));
        Assert.Equal(ReservationStatus.Ok, status);
        await ledger.SettleAsync(rest, ReservationOutcome.Consumed);
        Assert.Equal(new ActivationTally(0, 0, 8_996, 4), ledger.Tally(activation));
        Assert.Equal(ReservationStatus.UsedUp, await ledger.TryReserveAsync(activation, hashes[0]));
    }

    [Fact]
    public async Task Ten_thousand_equal_hashes_are_found_one_after_the_other()
    {
        await using var ledger = await StartAsync();
        var hash = LedgerFixture.Hashes(1)[0];
        byte[][] hashes = [.. Enumerable.Repeat(hash, 10_000)];
        var activation = await ledger.OpenAsync(hashes);

        Assert.Equal(ReservationStatus.Ok, await ledger.TryReserveAsync(activation, hashes));
        Assert.Equal(new ActivationTally(0, 10_000, 0, 0), ledger.Tally(activation));
    }

    [Fact]
    public async Task An_activation_serves_its_own_credential_signer_and_client_until_it_expires()
    {
        await using var ledger = await StartAsync();
        var hashes = LedgerFixture.Hashes(1);
        var activation = await ledger.OpenAsync(hashes);
        var request = ledger.Request(activation, hashes);

        foreach (var wrong in new[]
        {
            request with { ActivationId = LedgerFixture.NewId() },
            request with { CredentialId = LedgerFixture.NewId() },
            request with { SignerId = LedgerFixture.NewId() },
            request with { ClientId = LedgerFixture.NewId() },
        })
        {
            Assert.Equal(ReservationStatus.UnknownActivation, (await ledger.ReserveAsync(wrong)).Status);
        }

        var late = request with { Now = ledger.Now + 300_000 };
        Assert.Equal(ReservationStatus.ActivationExpired, (await ledger.ReserveAsync(late)).Status);
        Assert.Equal(ReservationStatus.Ok, (await ledger.ReserveAsync(late with { Now = late.Now - 1 })).Status);
    }

    [Fact]
    public async Task Status_and_version_are_those_of_the_moment_of_the_reservation()
    {
        await using var ledger = await StartAsync();
        var hashes = LedgerFixture.Hashes(1);
        var activation = await ledger.OpenAsync(hashes);
        var request = ledger.Request(activation, hashes);
        var refusals = ledger.Audit().Count;

        await SetStateAsync(ledger, CredentialState.Suspended);
        Assert.Equal(ReservationStatus.CredentialDisabled, (await ledger.ReserveAsync(request)).Status);
        await SetStateAsync(ledger, CredentialState.Enabled);
        Assert.Equal(ReservationStatus.CredentialChanged, (await ledger.ReserveAsync(request)).Status);
        request = request with { CredentialVersion = 3 };
        Assert.True(await ledger.WriteAsync(c => c.Signers.SetState(ledger.Signer, SignerState.Limited)));
        Assert.Equal(ReservationStatus.SignerLimited, (await ledger.ReserveAsync(request)).Status);
        Assert.True(await ledger.WriteAsync(c => c.Signers.SetState(ledger.Signer, SignerState.Active)));
        Assert.True(await ledger.WriteAsync(
            c => c.Credentials.SetCertificates(ledger.Credential, [[1]], 0, ledger.Now - 1)));
        Assert.Equal(ReservationStatus.CertificateExpired, (await ledger.ReserveAsync(request)).Status);

        // A stale copy is the caller's to refresh, not a refusal.
        Assert.Equal(refusals + 3, ledger.Audit().Count);
        Assert.Equal(new ActivationTally(1, 0, 0, 0), ledger.Tally(activation));
    }

    [Fact]
    public async Task Each_decision_and_outcome_is_in_the_audit_trail()
    {
        await using var ledger = await StartAsync();
        var hashes = LedgerFixture.Hashes(2);
        var activation = await ledger.OpenAsync(hashes);

        var (_, reservation) = await ledger.ReserveAsync(ledger.Request(activation, hashes[0]));
        await ledger.SettleAsync(reservation, ReservationOutcome.Consumed);
        await ledger.TryReserveAsync(activation, hashes[0]);

        Assert.Collection(
            ledger.Audit(),
            intent =>
            {
                Assert.Equal("signhash.intent", intent.EventName);
                Assert.Equal(AuditOutcome.Ok, intent.Record.Outcome);
                Assert.Equal(reservation.Request.RequestId, intent.Record.RequestId);
                Assert.Equal(
                    (ledger.Signer, ledger.Credential, activation, ledger.Client),
                    (intent.Record.SignerId, intent.Record.CredentialId, intent.Record.ActivationId,
                        intent.Record.ClientId));
                Assert.Equal(hashes[0], intent.Record.Digest.ToArray());
                Assert.Equal(1, intent.Record.Count);
            },
            done =>
            {
                Assert.Equal("signhash.done", done.EventName);
                Assert.Equal(reservation.Request.RequestId, done.Record.RequestId);
            },
            refused =>
            {
                Assert.Equal("signhash.refused", refused.EventName);
                Assert.Equal(AuditOutcome.Refused, refused.Record.Outcome);
                Assert.Equal("HashNotAuthorized", refused.Record.Detail);
            });
    }
}
