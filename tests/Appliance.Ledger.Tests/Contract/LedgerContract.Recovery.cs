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
        var run = new UnsettledRun(ledger.Activations.Incarnation, "node", ledger.Now, 2, 3);

        await ledger.RestartAsync();

        Assert.Empty(ledger.Store.Read(store => Recovery.FindUnsettled(store)));

        Assert.Equal(new ActivationTally(2, 0, 1, 3), ledger.Tally(activation));
        Assert.Equal(ReservationStatus.HashNotAuthorized, await ledger.TryReserveAsync(activation, hashes[1]));
        Assert.Equal(ReservationStatus.Ok, await ledger.TryReserveAsync(activation, hashes[4]));
        var spent = ledger.Audit(AuditEvent.SignHashSpent);
        Assert.Equal([first.Request.RequestId], spent.Select(e => e.Record.RequestId!.Value).Take(1));
        Assert.Equal([2, 1], spent.Select(e => e.Record.Count));
        var recovered = Assert.Single(ledger.Audit(AuditEvent.LedgerRecovered));
        Assert.Equal(3, recovered.Record.Count);
        Assert.Equal($"spent {run}", recovered.Record.Detail);
        Assert.Equal($"2026-11-20 08:00:00Z spent {run}", ledger.Store.Read(store => Recovery.FindLast(store)));
        var line = Assert.Single(ledger.Log.Lines);
        Assert.StartsWith($"Warning 3010 Found {run}", line, StringComparison.Ordinal);
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
        Assert.Empty(ledger.Log.Lines);
        Assert.True(ledger.Activations.Incarnation > 1);
    }
}
