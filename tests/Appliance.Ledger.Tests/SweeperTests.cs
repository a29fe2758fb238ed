using Appliance.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Ledger.Tests;

public class SweeperTests
{
    private static readonly TimeSpan s_after = TimeSpan.FromHours(24);

    [Fact]
    public async Task What_has_expired_long_ago_goes_and_nothing_else()
    {
        await using var ledger = await LedgerFixture.StartAsync();
        var hashes = LedgerFixture.Hashes(3);
        var old = await ledger.OpenAsync(hashes);
        var held = await ledger.OpenAsync(hashes);
        var (_, reservation) = await ledger.ReserveAsync(ledger.Request(held, hashes[0]));
        ledger.Time.Advance(s_after);
        var young = await ledger.OpenAsync(hashes);
        ledger.Time.Advance(TimeSpan.FromMinutes(6));

        await SweepAllAsync(ledger, limit: 2);

        Assert.Equal([held, young], Left(ledger, old, held, young));
        Assert.Equal(new ActivationTally(5, 1, 0, 0), ledger.Tally());
        await ledger.SettleAsync(reservation, ReservationOutcome.Consumed);
        await SweepAllAsync(ledger, limit: 2);
        Assert.Equal([young], Left(ledger, old, held, young));
    }

    [Fact]
    public async Task Many_that_are_held_hide_none_behind_them()
    {
        await using var ledger = await LedgerFixture.StartAsync();
        for (var i = 0; i < 150; i++)
        {
            var hash = LedgerFixture.Hashes(1);
            Assert.Equal(ReservationStatus.Ok, await ledger.TryReserveAsync(await ledger.OpenAsync(hash), hash));
        }

        var last = await ledger.OpenAsync(LedgerFixture.Hashes(1));
        ledger.Time.Advance(s_after + TimeSpan.FromMinutes(6));

        await SweepAllAsync(ledger, limit: 500);

        Assert.Empty(Left(ledger, last));
        Assert.Equal(150, ledger.Tally().Reserved);
    }

    [Fact]
    public async Task No_commit_removes_more_than_its_share_however_large_an_activation_is()
    {
        await using var ledger = await LedgerFixture.StartAsync();
        var hashes = LedgerFixture.Hashes(9_000);
        var activation = await ledger.OpenAsync(hashes);
        Assert.Equal(ReservationStatus.Ok, await ledger.TryReserveAsync(activation, hashes));
        await ledger.RestartAsync();
        ledger.Time.Advance(s_after + TimeSpan.FromMinutes(6));

        var pieces = await SweepAllAsync(ledger, limit: 500);

        Assert.True(pieces.Count >= 18, $"{pieces.Count} pieces");
        Assert.All(pieces, rows => Assert.InRange(rows, 1, 501));
        Assert.Empty(Left(ledger, activation));
        Assert.Equal(default, ledger.Tally());
    }

    [Fact]
    public async Task Chunks_go_when_their_activation_is_closed()
    {
        await using var ledger = await LedgerFixture.StartAsync();
        var staged = new StagedActivations(ledger.Store, ledger.Loop, ledger.Activations);
        var owner = await FillAsync(ledger, staged, LedgerFixture.Hashes(5));
        var other = await FillAsync(ledger, staged, LedgerFixture.Hashes(5));
        await WriteAsync(ledger, c => staged.Open(c, owner, ledger.Now + 300_000, ledger.Now));

        Assert.NotEqual(0, await WriteAsync(ledger, c => new ChunkSweep().Apply(c, ledger.Now, 500)));
        Assert.Equal(0, await WriteAsync(ledger, c => new ChunkSweep().Apply(c, ledger.Now, 500)));

        Assert.Equal(5, ledger.Tally(owner.ActivationId).Authorised);
        Assert.NotEqual(StagingStatus.Incomplete, staged.Verify(
            other, 5, 32, new byte[32], ledger.Now, TestContext.Current.CancellationToken));
        ledger.Time.Advance(s_after + s_after);
        await SweepAllAsync(ledger, limit: 500);
        Assert.Empty(Left(ledger, owner.ActivationId, other.ActivationId));
    }

    [Fact]
    public async Task Signing_goes_on_while_much_is_swept()
    {
        await using var ledger = await LedgerFixture.StartAsync();
        var old = await ledger.OpenAsync(LedgerFixture.Hashes(10_000));
        ledger.Time.Advance(s_after + TimeSpan.FromMinutes(6));
        var hashes = LedgerFixture.Hashes(2_000);
        var activation = await ledger.OpenAsync(hashes);
        var sweep = new CountedSweep(new ActivationSweep(s_after));
        await using var sweeper = new Sweeper(
            ledger.Loop,
            [sweep],
            new SweeperOptions { RowsPerCommit = 100, Interval = TimeSpan.Zero, Pause = TimeSpan.Zero },
            ledger.Time,
            NullLogger<Sweeper>.Instance);
        var during = 0;
        for (var i = 0; i < hashes.Length && !sweep.Finished.IsCompleted; i++)
        {
            var before = sweep.Pieces;
            Assert.Equal(ReservationStatus.Ok, await ledger.TryReserveAsync(activation, hashes[i]));

            // A caller waits for the commit in work and its own: never for the whole sweep.
            Assert.InRange(sweep.Pieces - before, 0, 4);
            during += sweep.Pieces > 0 ? 1 : 0;
        }

        await sweep.Finished;
        Assert.True(during > 10, $"{during} of them");
        Assert.Empty(Left(ledger, old));
        Assert.True(sweep.Pieces >= 100);
    }

    private static List<Guid> Left(LedgerFixture ledger, params Guid[] ids)
        => ledger.Store.Read(c => ids.Where(id => c.Activations.Find(id) is not null).ToList());

    private static async Task<List<int>> SweepAllAsync(LedgerFixture ledger, int limit)
    {
        var sweep = new ActivationSweep(s_after);
        var pieces = new List<int>();
        int rows;
        while ((rows = await WriteAsync(ledger, c => sweep.Apply(c, ledger.Now, limit))) > 0)
        {
            pieces.Add(rows);
        }

        return pieces;
    }

    private static async Task<StagedOwner> FillAsync(
        LedgerFixture ledger, StagedActivations staged, byte[][] hashes)
    {
        var owner = new StagedOwner(LedgerFixture.NewId(), ledger.Signer, ledger.Client);
        var request = new StagedRequest(
            owner.ActivationId, ledger.Credential, ledger.Signer, ledger.Client, hashes.Length, ledger.Now + 1_000,
            ledger.Now);
        Assert.Equal(StagingStatus.Ok, await WriteAsync(ledger, c => staged.Begin(c, request, 10)));
        Assert.Equal(StagingStatus.Ok, await staged.FillAsync(
            staged.Prepare(owner, 0, hashes), () => ledger.Now, TestContext.Current.CancellationToken));
        return owner;
    }

    private static async Task<T> WriteAsync<T>(LedgerFixture ledger, Func<StoreConnection, T> write)
        => await ledger.Loop.WriteAsync(write, TestContext.Current.CancellationToken);

    /// <summary>Counts the pieces of another.</summary>
    private sealed class CountedSweep(Sweep inner) : Sweep
    {
        private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _pieces;

        public override string Name => inner.Name;

        public int Pieces => Volatile.Read(ref _pieces);

        public Task Finished => _finished.Task;

        public override int Apply(StoreConnection store, long now, int limit)
        {
            var removed = inner.Apply(store, now, limit);
            if (removed > 0)
            {
                Interlocked.Increment(ref _pieces);
            }
            else
            {
                _finished.TrySetResult();
            }

            return removed;
        }
    }
}
