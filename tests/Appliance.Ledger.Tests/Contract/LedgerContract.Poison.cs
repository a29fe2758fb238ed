using Appliance.Storage;

namespace Appliance.Ledger.Tests.Contract;

public abstract partial class LedgerContract
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_poisoned_request_among_sixty_three_good_ones_hurts_only_itself(bool constraint)
    {
        await using var ledger = await StartAsync();
        var hashes = LedgerFixture.Hashes(63);
        var activation = await ledger.OpenAsync(hashes);
        var signer = ledger.Store.Read(c => c.Signers.Find(ledger.Signer)!);

        var good = hashes[..31].Select(ReserveAsync).ToList();
        var poisoned = ledger.WriteAsync(c =>
        {
            c.Meta.Set("half done", "x");
            return constraint ? Insert(c) : throw new InvalidDataException("poison");
        });
        good.AddRange(hashes[31..].Select(ReserveAsync));

        Assert.All(await Task.WhenAll(good), result => Assert.Equal(ReservationStatus.Ok, result.Status));
        if (constraint)
        {
            Assert.Equal(
                StoreFailure.Constraint, (await Assert.ThrowsAsync<StoreException>(() => poisoned)).Failure);
        }
        else
        {
            await Assert.ThrowsAsync<InvalidDataException>(() => poisoned);
        }

        Assert.Equal(new ActivationTally(0, 63, 0, 0), ledger.Tally(activation));
        Assert.Equal(63, ledger.Audit(AuditEvent.SignHashIntent).Count);
        Assert.Null(ledger.Store.Read(c => c.Meta.Get("half done")));

        Task<(ReservationStatus Status, Reservation)> ReserveAsync(byte[] hash)
            => ledger.ReserveAsync(ledger.Request(activation, hash));

        int Insert(StoreConnection connection)
        {
            connection.Signers.Insert(signer with { DisplayName = "Another of this name" });
            return 0;
        }
    }

    [Fact]
    public async Task A_request_whose_rows_break_a_constraint_at_the_end_of_a_batch_hurts_only_itself()
    {
        // The activation's id is taken: that shows when the batch is written, at the latest.
        await using var ledger = await StartAsync();
        var taken = ledger.Grant(LedgerFixture.Hashes(1));
        await ledger.OpenAsync(taken);

        var opening = Enumerable.Range(0, 64).Select(i => ledger.OpenAsync(
            i == 20 ? taken with { Hashes = LedgerFixture.Hashes(1) } : ledger.Grant(LedgerFixture.Hashes(2))));
        var tasks = opening.ToList();

        var error = await Assert.ThrowsAsync<StoreException>(() => tasks[20]);
        Assert.Equal(StoreFailure.Constraint, error.Failure);
        tasks.RemoveAt(20);
        foreach (var activation in await Task.WhenAll(tasks))
        {
            Assert.Equal(new ActivationTally(2, 0, 0, 0), ledger.Tally(activation));
        }
    }
}
