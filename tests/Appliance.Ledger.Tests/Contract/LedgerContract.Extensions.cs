namespace Appliance.Ledger.Tests.Contract;

public abstract partial class LedgerContract
{
    [Fact]
    public async Task What_is_left_is_carried_over_and_the_old_activation_is_void()
    {
        await using var ledger = await StartAsync();
        var hashes = LedgerFixture.Hashes(4);
        var old = await ledger.OpenAsync(hashes[..2], total: 4);
        Assert.Equal(ReservationStatus.Ok, await ledger.TryReserveAsync(old, hashes[0]));

        var (result, extended) = await ledger.ExtendAsync(old, ledger.Grant(hashes[2..]));

        Assert.Equal(new ExtendResult(ReservationStatus.Ok, 3), result);
        Assert.Equal(ReservationStatus.UnknownActivation, await ledger.TryReserveAsync(old, hashes[1]));
        Assert.Equal(ReservationStatus.HashNotAuthorized, await ledger.TryReserveAsync(extended, hashes[1]));
        Assert.Equal(ReservationStatus.Ok, await ledger.TryReserveAsync(extended, hashes[2], hashes[3]));
        Assert.Equal(1, ledger.Remaining(extended));
        var (again, _) = await ledger.ExtendAsync(old, ledger.Grant(hashes[..1]));
        Assert.Equal(ReservationStatus.UnknownActivation, again.Status);
    }

    [Fact]
    public async Task More_new_hashes_than_signatures_left_change_nothing()
    {
        await using var ledger = await StartAsync();
        var hashes = LedgerFixture.Hashes(3);
        var old = await ledger.OpenAsync(hashes[..1]);

        var (result, _) = await ledger.ExtendAsync(old, ledger.Grant(hashes[1..]));

        Assert.Equal(new ExtendResult(ReservationStatus.Exhausted, 0), result);
        Assert.Equal(ReservationStatus.Ok, await ledger.TryReserveAsync(old, hashes[0]));
    }

    [Fact]
    public async Task Nobody_extends_for_another_client_or_into_another_scal()
    {
        await using var ledger = await StartAsync();
        var hashes = LedgerFixture.Hashes(2);
        var old = await ledger.OpenAsync(hashes[..1]);

        var (client, _) = await ledger.ExtendAsync(
            old, ledger.Grant(hashes[1..]) with { ClientId = LedgerFixture.NewId() });
        var (scal, _) = await ledger.ExtendAsync(old, ledger.Grant([], total: 1, scal: 1));

        Assert.Equal(ReservationStatus.UnknownActivation, client.Status);
        Assert.Equal(ReservationStatus.UnknownActivation, scal.Status);
        Assert.Equal(ReservationStatus.Ok, await ledger.TryReserveAsync(old, hashes[0]));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(2, 1)]
    public async Task An_activation_grants_at_least_one_signature_and_one_per_hash(int hashes, int total)
    {
        var request = new ActivationRequest(
            Guid.Empty, Guid.Empty, Guid.Empty, Guid.Empty, 2, total, LedgerFixture.Hashes(hashes), 1, 0);

        await using var ledger = await StartAsync();

        Assert.Throws<ArgumentException>(() => ledger.Activations.Prepare(request));
    }
}
