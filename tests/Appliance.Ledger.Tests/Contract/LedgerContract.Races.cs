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
}
