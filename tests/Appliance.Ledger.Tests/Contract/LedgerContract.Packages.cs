using Appliance.Storage;

namespace Appliance.Ledger.Tests.Contract;

public abstract partial class LedgerContract
{
    [Fact]
    public async Task A_signature_takes_a_transaction_and_gives_it_back_when_it_was_not_made()
    {
        await using var ledger = await StartAsync();
        await GrantAsync(ledger, 5);
        var hashes = LedgerFixture.Hashes(6);
        var activation = await ledger.OpenAsync(hashes);

        var (_, consumed) = await TakeAsync(ledger, activation, hashes[..2]);
        var (_, released) = await TakeAsync(ledger, activation, hashes[2..4]);
        Assert.Equal(1, LeftOf(ledger));
        Assert.Equal(ReservationStatus.PackageExhausted, (await TakeAsync(ledger, activation, hashes[4..])).Status);
        await ledger.SettleAsync(released, ReservationOutcome.Released);
        Assert.Equal(3, LeftOf(ledger));
        var (_, spent) = await TakeAsync(ledger, activation, hashes[4..]);
        await ledger.SettleAsync(spent, ReservationOutcome.Spent);
        await ledger.SettleAsync(consumed, ReservationOutcome.Consumed);

        Assert.Equal(1, LeftOf(ledger));
        Assert.Equal(new ActivationTally(2, 0, 2, 2), ledger.Tally(activation));
        var told = Assert.Single(ledger.Audit(AuditEvent.PackageSpent));
        Assert.Equal((ledger.Credential, 2), (told.Record.CredentialId!.Value, told.Record.Count));
        Assert.Contains(PackageOf(ledger).Id.ToString("D"), told.Record.Detail, StringComparison.Ordinal);
        var refused = Assert.Single(ledger.Audit(AuditEvent.SignHashRefused));
        Assert.Equal("PackageExhausted", refused.Record.Detail);
    }

    [Fact]
    public async Task What_a_killed_process_held_stays_taken_and_is_told_so_that_it_can_be_granted_again()
    {
        await using var ledger = await StartAsync();
        await GrantAsync(ledger, 5);
        var hashes = LedgerFixture.Hashes(4);
        var activation = await ledger.OpenAsync(hashes);
        await TakeAsync(ledger, activation, hashes[..2]);
        await TakeAsync(ledger, activation, hashes[2..3]);

        await ledger.RestartAsync();

        Assert.Equal(2, LeftOf(ledger));
        var told = Assert.Single(ledger.Audit(AuditEvent.PackageSpent));
        Assert.Equal(3, told.Record.Count);
        Assert.Equal(AuditOutcome.InDoubt, told.Record.Outcome);
        await GrantAsync(ledger, 3);
        Assert.Equal((8, 5), (PackageOf(ledger).Total, LeftOf(ledger)));
    }

    [Fact]
    public async Task A_package_serves_from_its_start_until_its_end()
    {
        await using var ledger = await StartAsync();
        var hashes = LedgerFixture.Hashes(2);
        var activation = await ledger.OpenAsync(hashes);
        Assert.Equal(ReservationStatus.PackageExhausted, (await TakeAsync(ledger, activation, hashes[..1])).Status);
        var (from, until) = (ledger.Now + 1_000, ledger.Now + 2_000);
        await GrantAsync(ledger, 5, from, until);

        Assert.Equal(ReservationStatus.PackageExpired, (await TakeAsync(ledger, activation, hashes[..1])).Status);
        ledger.Time.Advance(TimeSpan.FromMilliseconds(1_999));
        Assert.Equal(ReservationStatus.Ok, (await TakeAsync(ledger, activation, hashes[..1])).Status);
        ledger.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(ReservationStatus.PackageExpired, (await TakeAsync(ledger, activation, hashes[1..])).Status);

        await GrantAsync(ledger, 7);
        Assert.Equal((7, 7), (PackageOf(ledger).Total, LeftOf(ledger)));
        Assert.Equal(
            [PackageState.Replaced, PackageState.Active],
            ledger.Store.Read(c => c.Packages.List(ledger.Credential)).Select(row => row.State));
    }

    [Fact]
    public async Task A_cancelled_package_serves_no_more_and_takes_back_what_is_released()
    {
        await using var ledger = await StartAsync();
        await GrantAsync(ledger, 5);
        var hashes = LedgerFixture.Hashes(2);
        var activation = await ledger.OpenAsync(hashes);
        var (_, held) = await TakeAsync(ledger, activation, hashes[..1]);

        var cancelled = await ledger.WriteAsync(
            c => ledger.Activations.Packages.Cancel(c, ledger.Credential, ledger.Now));
        Assert.Equal(4, cancelled!.Value.Remaining);
        Assert.Equal(ReservationStatus.PackageExhausted, (await TakeAsync(ledger, activation, hashes[1..])).Status);
        await ledger.SettleAsync(held, ReservationOutcome.Released);

        Assert.Null(await ledger.WriteAsync(c => ledger.Activations.Packages.Cancel(c, ledger.Credential, ledger.Now)));
        Assert.Equal(5, ledger.Store.Read(c => c.Packages.List(ledger.Credential))[0].Remaining);
        Assert.Equal([5, 4], ledger.Audit()
            .Where(entry => entry.Record.Event is AuditEvent.PackageGranted or AuditEvent.PackageCancelled)
            .Select(entry => entry.Record.Count));
    }

    [Theory]
    [InlineData("UPDATE package SET total = total + 1, remaining = remaining + 1")]
    [InlineData("UPDATE package SET valid_until = valid_until + 1000")]
    [InlineData("UPDATE package SET valid_from = valid_from - 1000")]
    [InlineData("UPDATE package SET created_at = created_at + 1")]
    [InlineData("UPDATE package SET remaining = total + 1")]
    [InlineData("UPDATE package SET mac = x''")]
    public async Task An_edited_package_is_refused_and_granted_to_no_more(string edit)
    {
        await using var ledger = await StartAsync();
        await GrantAsync(ledger, 5);
        var hashes = LedgerFixture.Hashes(1);
        var activation = await ledger.OpenAsync(hashes);

        ledger.Edit(edit);

        Assert.Equal(ReservationStatus.Tampered, (await TakeAsync(ledger, activation, hashes)).Status);
        Assert.Null(await ledger.WriteAsync(c => ledger.Activations.Packages.Grant(
            c, ledger.Credential, 1, ledger.Now, ledger.Now + 1_000, ledger.Now)));
        Assert.Equal(new ActivationTally(1, 0, 0, 0), ledger.Tally(activation));
    }

    [Fact]
    public async Task Sixty_four_callers_race_for_a_package_and_get_what_is_in_it()
    {
        await using var ledger = await StartAsync();
        await GrantAsync(ledger, 100);
        var hashes = LedgerFixture.Hashes(640);
        var activation = await ledger.OpenAsync(hashes);

        var statuses = await Task.WhenAll(Enumerable.Range(0, 64).Select(caller => Task.Run(
            async () =>
            {
                var got = 0;
                for (var i = 0; i < 10; i++)
                {
                    var index = (10 * caller) + i;
                    var (status, reservation) = await TakeAsync(ledger, activation, hashes[index..(index + 1)]);
                    Assert.True(status is ReservationStatus.Ok or ReservationStatus.PackageExhausted);
                    if (status == ReservationStatus.Ok)
                    {
                        got++;
                        await ledger.SettleAsync(reservation, ReservationOutcome.Consumed);
                    }
                }

                return got;
            },
            TestContext.Current.CancellationToken)));

        Assert.Equal(100, statuses.Sum());
        Assert.Equal(0, LeftOf(ledger));
    }

    private static PackageRow PackageOf(LedgerFixture ledger)
    {
        var row = default(PackageRow);
        Assert.True(ledger.Store.Read(c => c.Packages.TryFindActive(ledger.Credential, out row)));
        return row;
    }

    private static int LeftOf(LedgerFixture ledger) => PackageOf(ledger).Remaining;

    private static async Task GrantAsync(LedgerFixture ledger, int count, long? from = null, long? until = null)
        => Assert.NotNull(await ledger.WriteAsync(c => ledger.Activations.Packages.Grant(
            c, ledger.Credential, count, from ?? ledger.Now, until ?? ledger.Now + 100_000, ledger.Now)));

    private static Task<(ReservationStatus Status, Reservation Reservation)> TakeAsync(
        LedgerFixture ledger, Guid activation, byte[][] hashes)
        => ledger.ReserveAsync(ledger.Request(activation, hashes) with { Metered = true });
}
