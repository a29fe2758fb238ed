using Appliance.Storage;

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

        var (result, extended) = await ledger.ExtendAsync(old, ledger.Grant(hashes[2..]), ExtensionPolicy.Seal);

        Assert.Equal((ReservationStatus.Ok, extended, 3), (result.Status, result.ActivationId, result.Remaining));
        Assert.Equal(hashes[2..], result.Added);
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

        Assert.Equal(ReservationStatus.Exhausted, result.Status);
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
        var (version, _) = await ledger.ExtendAsync(old, ledger.Grant(hashes[..1]), version: 2);

        Assert.Equal(ReservationStatus.UnknownActivation, client.Status);
        Assert.Equal(ReservationStatus.UnknownActivation, scal.Status);
        Assert.Equal(ReservationStatus.CredentialChanged, version.Status);
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

    [Theory]
    [InlineData(ExtensionPolicy.None, 1, 0, ReservationStatus.ExtensionRefused)]
    [InlineData(ExtensionPolicy.None, 0, 2, ReservationStatus.Ok)]
    [InlineData(ExtensionPolicy.Nested, 2, 0, ReservationStatus.Ok)]
    [InlineData(ExtensionPolicy.Nested, 3, 0, ReservationStatus.ExtensionRefused)]
    [InlineData(ExtensionPolicy.Nested, 2, 2, ReservationStatus.Ok)]
    [InlineData(ExtensionPolicy.Seal, 4, 0, ReservationStatus.Ok)]
    [InlineData(ExtensionPolicy.Seal, 3, 2, ReservationStatus.Exhausted)]
    public async Task New_hashes_are_the_policys_to_allow(
        ExtensionPolicy policy, int added, int kept, ReservationStatus expected)
    {
        await using var ledger = await StartAsync();
        var given = LedgerFixture.Hashes(2);
        var unknown = LedgerFixture.Hashes(added);
        var old = await ledger.OpenAsync(given, total: policy == ExtensionPolicy.None ? 2 : 4);

        byte[][] wanted = [.. given[..kept], .. unknown];
        var (result, extended) = await ledger.ExtendAsync(old, ledger.Grant(wanted), policy);

        Assert.Equal(expected, result.Status);
        Assert.Equal(expected == ReservationStatus.Ok ? unknown : [], result.Added);
        if (expected == ReservationStatus.Ok)
        {
            Assert.Equal(ReservationStatus.Ok, await ledger.TryReserveAsync(extended, wanted));
        }
        else
        {
            Assert.Equal(ReservationStatus.Ok, await ledger.TryReserveAsync(old, given));
        }
    }

    [Fact]
    public async Task A_hash_that_is_dropped_makes_no_room_for_one_that_the_signer_never_saw()
    {
        await using var ledger = await StartAsync();
        var given = LedgerFixture.Hashes(3);
        var old = await ledger.OpenAsync(given, total: 4);

        var (first, extended) = await ledger.ExtendAsync(old, ledger.Grant(given[..1]));
        Assert.Equal((ReservationStatus.Ok, 2), (first.Status, first.Remaining));
        var (second, _) = await ledger.ExtendAsync(extended, ledger.Grant(LedgerFixture.Hashes(2)));

        Assert.Equal(ReservationStatus.ExtensionRefused, second.Status);
    }

    [Fact]
    public async Task Equal_hashes_are_told_from_new_ones()
    {
        await using var ledger = await StartAsync();
        var hash = LedgerFixture.Hashes(1)[0];
        var old = await ledger.OpenAsync([hash, hash], total: 3);

        var (result, extended) = await ledger.ExtendAsync(old, ledger.Grant([hash, [.. hash], hash]));

        Assert.Equal((ReservationStatus.Ok, 3), (result.Status, result.Remaining));
        Assert.Equal([hash], result.Added);
        Assert.Equal(ReservationStatus.Ok, await ledger.TryReserveAsync(extended, hash, hash, hash));
    }

    [Fact]
    public async Task Without_hashes_the_same_ones_live_longer_and_the_old_sad_is_void()
    {
        await using var ledger = await StartAsync();
        var hashes = LedgerFixture.Hashes(3);
        var grant = ledger.Grant(hashes);
        var activation = await ledger.OpenAsync(grant);
        var request = ledger.Request(activation, hashes[0]) with { SadExpiresAt = grant.ExpiresAt };
        Assert.Equal(ReservationStatus.Ok, (await ledger.ReserveAsync(request)).Status);
        ledger.Time.Advance(TimeSpan.FromSeconds(200));

        var (result, _) = await ledger.ExtendAsync(activation, ledger.Grant([], total: 1), ExtensionPolicy.None);

        Assert.Equal((ReservationStatus.Ok, activation, 2), (result.Status, result.ActivationId, result.Remaining));
        Assert.Equal(ledger.Now + 300_000, result.ExpiresAt);
        ledger.Time.Advance(TimeSpan.FromSeconds(299));
        var old = ledger.Request(activation, hashes[1]) with { SadExpiresAt = grant.ExpiresAt };
        Assert.Equal(ReservationStatus.UnknownActivation, (await ledger.ReserveAsync(old)).Status);
        var renewed = old with { SadExpiresAt = result.ExpiresAt };
        Assert.Equal(ReservationStatus.Ok, (await ledger.ReserveAsync(renewed)).Status);
        var (stale, _) = await ledger.ExtendAsync(
            activation, ledger.Grant([], total: 1), sadExpiresAt: grant.ExpiresAt);
        Assert.Equal(ReservationStatus.UnknownActivation, stale.Status);
    }

    [Fact]
    public async Task A_chain_of_extensions_ends_with_the_lifetime_of_its_first_authorisation()
    {
        await using var ledger = await StartAsync();
        var start = ledger.Now;
        var activation = await ledger.OpenAsync([], total: 9, scal: 1);
        var lifetime = 500_000;
        var ends = new List<long>();
        ReservationStatus status;
        do
        {
            ledger.Time.Advance(TimeSpan.FromSeconds(100));
            var (result, extended) = await ledger.ExtendAsync(
            activation, ledger.Grant([], total: 1, scal: 1), lifetime: lifetime);
            status = result.Status;
            ends.Add(result.ExpiresAt);
            activation = extended;
        }
        while (status == ReservationStatus.Ok && ends.Count < 10);

        Assert.Equal(ReservationStatus.ActivationExpired, status);
        Assert.Equal([400_000, 500_000, 500_000, 500_000], ends.Take(4).Select(end => end - start));
        Assert.Equal(5, ends.Count);
    }

    [Fact]
    public async Task Who_moves_the_authorisation_of_a_chain_is_found_out()
    {
        await using var ledger = await StartAsync();
        var hashes = LedgerFixture.Hashes(1);
        var activation = await ledger.OpenAsync(hashes, total: 2);

        ledger.Edit("UPDATE activation SET authorised_at = authorised_at + 1000000");
        var (moved, _) = await ledger.ExtendAsync(activation, ledger.Grant(hashes));
        ledger.Edit("UPDATE activation SET authorised_at = 0");
        var (removed, _) = await ledger.ExtendAsync(activation, ledger.Grant(hashes));
        ledger.Edit($"UPDATE activation SET authorised_at = {ledger.Now}, given = 0");
        var (room, _) = await ledger.ExtendAsync(activation, ledger.Grant(LedgerFixture.Hashes(2)));

        Assert.Equal(ReservationStatus.Tampered, moved.Status);
        Assert.Equal(ReservationStatus.Tampered, removed.Status);
        Assert.Equal(ReservationStatus.Tampered, room.Status);
    }
}
