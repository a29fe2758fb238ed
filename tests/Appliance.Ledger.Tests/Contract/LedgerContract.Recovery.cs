using Appliance.Storage;

namespace Appliance.Ledger.Tests.Contract;

public abstract partial class LedgerContract
{
    [Fact]
    public async Task A_restart_spends_what_was_reserved_and_says_so()
    {
        await using var ledger = await StartAsync();
        var hashes = LedgerFixture.Hashes(6);
        var activation = await ledger.OpenAsync(hashes);
        var (_, consumed) = await ledger.ReserveAsync(ledger.Request(activation, hashes[0]));
        await ledger.SettleAsync(consumed, ReservationOutcome.Consumed);
        var (_, first) = await ledger.ReserveAsync(ledger.Request(activation, hashes[1..3]));
        await ledger.ReserveAsync(ledger.Request(activation, hashes[3]));
        var run = ledger.Activations.Incarnation;

        await ledger.RestartAsync();

        Assert.Equal(new ActivationTally(2, 0, 1, 3), ledger.Tally(activation));
        Assert.Equal(ReservationStatus.HashNotAuthorized, await ledger.TryReserveAsync(activation, hashes[1]));
        Assert.Equal(ReservationStatus.Ok, await ledger.TryReserveAsync(activation, hashes[4]));
        var spent = ledger.Audit(AuditEvent.SignHashSpent);
        Assert.Equal([first.Request.RequestId], spent.Select(e => e.Record.RequestId!.Value).Take(1));
        Assert.Equal([2, 1], spent.Select(e => e.Record.Count));
        var recovered = Assert.Single(ledger.Audit(AuditEvent.LedgerRecovered));
        Assert.Equal(3, recovered.Record.Count);
        var words = $"spent 2 requests with 3 hashes, reserved by run {run} of node (started 2026-11-20 08:00:00Z)";
        Assert.Equal(words, recovered.Record.Detail);
        Assert.Equal($"2026-11-20 08:00:00Z {words}", ledger.Store.Read(store => Recovery.FindLast(store)));
    }

    [Fact]
    public async Task A_restart_in_good_order_has_nothing_to_say()
    {
        await using var ledger = await StartAsync();
        var hashes = LedgerFixture.Hashes(1);
        var activation = await ledger.OpenAsync(hashes);
        var (_, reservation) = await ledger.ReserveAsync(ledger.Request(activation, hashes));
        reservation.Settle(ledger.Loop, ReservationOutcome.Consumed, ledger.Now);

        await ledger.RestartAsync();

        Assert.Equal(new ActivationTally(0, 0, 1, 0), ledger.Tally(activation));
        Assert.Empty(ledger.Audit(AuditEvent.LedgerRecovered));
        Assert.True(ledger.Activations.Incarnation > 1);
    }
}
