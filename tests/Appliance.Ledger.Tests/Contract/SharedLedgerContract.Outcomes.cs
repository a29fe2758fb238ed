namespace Appliance.Ledger.Tests.Contract;

public abstract partial class SharedLedgerContract
{
    [Fact]
    public async Task Of_two_nodes_that_get_the_same_request_at_once_one_reserves()
    {
        await using var ledger = await StartAsync();
        await using var other = await ledger.StartNodeAsync("other");
        for (var round = 0; round < 20; round++)
        {
            var request = await NewRequestAsync(ledger);

            var both = await Task.WhenAll(
                ledger.Node.ReserveAsync(request),
                other.ReserveAsync(request with { RequestId = LedgerFixture.NewId() }));

            Assert.Single(both, one => one.Status == ReservationStatus.Ok);
            Assert.Single(both, one => one.Status == ReservationStatus.InFlight);
            var mine = both[0].Status == ReservationStatus.Ok;
            var (_, reservation) = both.Single(one => one.Status == ReservationStatus.Ok);
            var loop = (mine ? ledger.Node : other).Loop;
            reservation.Settle(loop, ReservationOutcome.Consumed, 1, null, [[1], [2], [3]]);
            await ((TaskCompletionSource)reservation.State!).Task;
            var (status, again) = await (mine ? other : ledger.Node).ReserveAsync(request);
            Assert.Equal(ReservationStatus.Redelivered, status);
            Assert.Equal<IEnumerable<byte>>([[1], [2], [3]], again.ReadRecorded());
        }
    }

    [Fact]
    public async Task Of_two_nodes_that_get_different_requests_under_one_id_at_once_one_reserves()
    {
        await using var ledger = await StartAsync();
        await using var other = await ledger.StartNodeAsync("other");
        for (var round = 0; round < 20; round++)
        {
            var first = await NewRequestAsync(ledger);
            var second = await NewRequestAsync(ledger);
            second = second with { Outcome = second.Outcome! with { Key = first.Outcome!.Key } };

            var both = await Task.WhenAll(ledger.Node.ReserveAsync(first), other.ReserveAsync(second));

            Assert.Single(both, one => one.Status == ReservationStatus.Ok);
            Assert.Single(both, one => one.Status == ReservationStatus.RequestIdReused);
        }
    }
}
