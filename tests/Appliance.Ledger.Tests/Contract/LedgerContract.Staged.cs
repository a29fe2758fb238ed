using System.Security.Cryptography;
using Appliance.Storage;

namespace Appliance.Ledger.Tests.Contract;

public abstract partial class LedgerContract
{
    private const int DigestLength = 32;

    [Fact]
    public async Task What_is_filled_in_any_order_is_opened_by_count_and_digest_and_signed_once_each()
    {
        await using var ledger = await StartAsync();
        var hashes = LedgerFixture.Hashes(2_500);
        var (staged, owner) = await BeginAsync(ledger, hashes.Length);

        Assert.Equal(ReservationStatus.UnknownActivation, await ledger.TryReserveAsync(owner.ActivationId, hashes[0]));
        Assert.Equal(StagingStatus.Ok, await FillAsync(ledger, staged, owner, 1_200, hashes[1_200..]));
        Assert.Equal(StagingStatus.Incomplete, Verify(ledger, staged, owner, hashes));
        Assert.Equal(StagingStatus.Ok, await FillAsync(ledger, staged, owner, 0, hashes[..1_200]));
        Assert.Equal(StagingStatus.Ok, await FillAsync(ledger, staged, owner, 1_200, hashes[1_200..]));
        Assert.Equal(ReservationStatus.UnknownActivation, await ledger.TryReserveAsync(owner.ActivationId, hashes[0]));
        Assert.Equal(StagingStatus.Ok, Verify(ledger, staged, owner, hashes));
        Assert.Equal(StagingStatus.Ok, await OpenAsync(ledger, staged, owner));

        Assert.Equal(new ActivationTally(2_500, 0, 0, 0), ledger.Tally(owner.ActivationId));
        Assert.Equal(StagingStatus.Unknown, await OpenAsync(ledger, staged, owner));
        Assert.Equal(StagingStatus.Unknown, await FillAsync(ledger, staged, owner, 0, hashes[..1_200]));
        Assert.Equal(ReservationStatus.Ok, await ledger.TryReserveAsync(owner.ActivationId, hashes[2_499], hashes[0]));
        Assert.Equal(
            ReservationStatus.HashNotAuthorized, await ledger.TryReserveAsync(owner.ActivationId, hashes[2_499]));
        Assert.Equal(ReservationStatus.Ok, await ledger.TryReserveAsync(owner.ActivationId, hashes[1..2_499]));
    }

    [Fact]
    public async Task What_is_not_as_the_digest_says_is_never_opened()
    {
        await using var ledger = await StartAsync();
        var hashes = LedgerFixture.Hashes(10);
        var (staged, owner) = await BeginAsync(ledger, hashes.Length);
        await FillAsync(ledger, staged, owner, 0, hashes);

        byte[][] swapped = [hashes[1], hashes[0], .. hashes[2..]];
        Assert.Equal(StagingStatus.DigestMismatch, Verify(ledger, staged, owner, swapped));
        Assert.Equal(StagingStatus.Incomplete, Verify(ledger, staged, owner, hashes, count: 9));
        Assert.Equal(StagingStatus.DigestLength, Verify(ledger, staged, owner, hashes, length: 48));
        Assert.Equal(StagingStatus.Unknown, Verify(ledger, staged, owner with { ClientId = Guid.Empty }, hashes));
        Assert.Equal(StagingStatus.Unknown, Verify(ledger, staged, owner with { SignerId = Guid.NewGuid() }, hashes));
    }

    [Fact]
    public async Task An_ordinal_keeps_the_hash_that_it_was_given_first()
    {
        await using var ledger = await StartAsync();
        var hashes = LedgerFixture.Hashes(10);
        var other = LedgerFixture.Hashes(1);
        var (staged, owner) = await BeginAsync(ledger, hashes.Length);
        Assert.Equal(StagingStatus.Ok, await FillAsync(ledger, staged, owner, 2, hashes[2..6]));

        Assert.Equal(StagingStatus.Conflict, await FillAsync(ledger, staged, owner, 2, [other[0], .. hashes[3..6]]));
        Assert.Equal(StagingStatus.Conflict, await FillAsync(ledger, staged, owner, 0, hashes[..3]));
        Assert.Equal(StagingStatus.Conflict, await FillAsync(ledger, staged, owner, 5, hashes[5..7]));
        Assert.Equal(StagingStatus.Conflict, await FillAsync(ledger, staged, owner, 0, hashes));
        Assert.Equal(StagingStatus.OutOfRange, await FillAsync(ledger, staged, owner, 6, [.. hashes[6..], other[0]]));
        Assert.Equal(StagingStatus.OutOfRange, await FillAsync(ledger, staged, owner, int.MaxValue, other));
        Assert.Equal(StagingStatus.Ok, await FillAsync(ledger, staged, owner, 0, hashes[..2]));
        Assert.Equal(StagingStatus.Ok, await FillAsync(ledger, staged, owner, 6, hashes[6..]));

        Assert.Equal(StagingStatus.Ok, Verify(ledger, staged, owner, hashes));
    }

    [Fact]
    public async Task A_chunk_that_a_stop_has_cut_short_counts_for_nothing_until_it_is_sent_again()
    {
        await using var ledger = await StartAsync();
        var hashes = LedgerFixture.Hashes(1_000);
        var (staged, owner) = await BeginAsync(ledger, hashes.Length);
        await FillAsync(ledger, staged, owner, 0, hashes);
        ledger.Edit("UPDATE activation_chunk SET filled = 0; DELETE FROM activation_hash WHERE ordinal > 600;");

        Assert.Equal(StagingStatus.Incomplete, Verify(ledger, staged, owner, hashes));
        Assert.Equal(StagingStatus.Conflict, await FillAsync(ledger, staged, owner, 0, LedgerFixture.Hashes(1_000)));
        Assert.Equal(StagingStatus.Ok, await FillAsync(ledger, staged, owner, 0, hashes));
        Assert.Equal(StagingStatus.Ok, Verify(ledger, staged, owner, hashes));
        await OpenAsync(ledger, staged, owner);

        Assert.Equal(ReservationStatus.Ok, await ledger.TryReserveAsync(owner.ActivationId, hashes));
    }

    [Fact]
    public async Task One_that_is_not_closed_in_time_is_over_and_makes_room()
    {
        await using var ledger = await StartAsync();
        var hashes = LedgerFixture.Hashes(1);
        var (staged, owner) = await BeginAsync(ledger, 1, mostOpen: 1);
        await FillAsync(ledger, staged, owner, 0, hashes);
        Assert.Equal(StagingStatus.TooManyOpen, await TryBeginAsync(ledger, staged, NewOwner(ledger), 1, mostOpen: 1));

        ledger.Time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(StagingStatus.Expired, Verify(ledger, staged, owner, hashes));
        Assert.Equal(StagingStatus.Expired, await OpenAsync(ledger, staged, owner));
        Assert.Equal(StagingStatus.Ok, await TryBeginAsync(ledger, staged, NewOwner(ledger), 1, mostOpen: 1));
    }

    [Theory]
    [InlineData("UPDATE activation SET state = 0", ReservationStatus.Tampered)]
    [InlineData("UPDATE activation SET state = 0, authorised_at = 1", ReservationStatus.Tampered)]
    [InlineData("UPDATE activation SET total = 3, remaining = 3, given = 3", ReservationStatus.Tampered)]
    public async Task Who_opens_it_in_the_database_opens_nothing(string edit, ReservationStatus expected)
    {
        await using var ledger = await StartAsync();
        var hashes = LedgerFixture.Hashes(2);
        var (staged, owner) = await BeginAsync(ledger, hashes.Length);
        await FillAsync(ledger, staged, owner, 0, hashes);

        ledger.Edit(edit);

        Assert.Equal(expected, await ledger.TryReserveAsync(owner.ActivationId, hashes));
    }

    [Fact]
    public async Task Who_changes_a_chunk_in_the_database_is_found_out()
    {
        await using var ledger = await StartAsync();
        var hashes = LedgerFixture.Hashes(2);
        var forged = LedgerFixture.Hashes(2);
        var (staged, owner) = await BeginAsync(ledger, hashes.Length);
        await FillAsync(ledger, staged, owner, 0, hashes);

        ledger.Edit($"UPDATE activation_chunk SET hashes = x'{Convert.ToHexString([.. forged[0], .. forged[1]])}'");

        Assert.Equal(StagingStatus.Tampered, Verify(ledger, staged, owner, forged));
    }

    [Fact]
    public async Task One_hash_may_not_be_there_a_thousand_times()
    {
        await using var ledger = await StartAsync();
        var hash = LedgerFixture.Hashes(1)[0];
        byte[][] hashes = [.. Enumerable.Repeat(hash, StagedActivations.MostEqualHashes + 1)];
        var (staged, owner) = await BeginAsync(ledger, hashes.Length);
        await FillAsync(ledger, staged, owner, 0, hashes);

        Assert.Equal(StagingStatus.TooManyEqual, Verify(ledger, staged, owner, hashes));
    }

    private static StagedOwner NewOwner(LedgerFixture ledger)
        => new(LedgerFixture.NewId(), ledger.Signer, ledger.Client);

    private static async Task<(StagedActivations Staged, StagedOwner Owner)> BeginAsync(
        LedgerFixture ledger, int total, int mostOpen = 4)
    {
        var staged = new StagedActivations(ledger.Store, ledger.Loop, ledger.Activations);
        var owner = NewOwner(ledger);
        Assert.Equal(StagingStatus.Ok, await TryBeginAsync(ledger, staged, owner, total, mostOpen));
        return (staged, owner);
    }

    private static async Task<StagingStatus> TryBeginAsync(
        LedgerFixture ledger, StagedActivations staged, StagedOwner owner, int total, int mostOpen)
    {
        var request = new StagedRequest(
            owner.ActivationId, ledger.Credential, ledger.Signer, ledger.Client, total, ledger.Now + 3_600_000,
            ledger.Now);
        return await ledger.Loop.WriteAsync(
            c => staged.Begin(c, request, mostOpen), TestContext.Current.CancellationToken);
    }

    private static Task<StagingStatus> FillAsync(
        LedgerFixture ledger, StagedActivations staged, StagedOwner owner, int first, byte[][] hashes)
        => staged.FillAsync(
            staged.Prepare(owner, first, hashes), () => ledger.Now, TestContext.Current.CancellationToken);

    private static StagingStatus Verify(
        LedgerFixture ledger,
        StagedActivations staged,
        StagedOwner owner,
        byte[][] hashes,
        int? count = null,
        int length = DigestLength)
        => staged.Verify(
            owner,
            count ?? hashes.Length,
            length,
            SHA256.HashData([.. hashes.SelectMany(hash => hash)]),
            ledger.Now,
            TestContext.Current.CancellationToken);

    private static async Task<StagingStatus> OpenAsync(
        LedgerFixture ledger, StagedActivations staged, StagedOwner owner)
        => await ledger.Loop.WriteAsync(
            c => staged.Open(c, owner, ledger.Now + 300_000, ledger.Now), TestContext.Current.CancellationToken);
}
