using Appliance.Storage;
using Appliance.Storage.Sqlite;

namespace Appliance.Ledger.Tests;

public class CommitLoopTests
{
    [Fact]
    public async Task One_poisoned_piece_among_sixty_three_good_ones_hurts_only_itself()
    {
        await using var ledger = await LedgerFixture.StartAsync();
        using var gate = new Gate(ledger.Loop);
        var good = Enumerable.Range(0, 63).Select(i => Set(ledger, $"good{i}")).ToList();
        var poisoned = ledger.Loop.WriteAsync<int>(
            c =>
            {
                c.Meta.Set("half done", "x");
                throw new InvalidDataException("poison");
            },
            TestContext.Current.CancellationToken).AsTask();
        var constraint = ledger.Loop.WriteAsync(
            c =>
            {
                c.Signers.Insert(c.Signers.Find(ledger.Signer)!);
                return 0;
            },
            TestContext.Current.CancellationToken).AsTask();
        good.Add(Set(ledger, "last"));
        gate.Open();

        await Task.WhenAll(good);
        await Assert.ThrowsAsync<InvalidDataException>(() => poisoned);
        var error = await Assert.ThrowsAsync<StoreException>(() => constraint);

        Assert.Equal(StoreFailure.Constraint, error.Failure);
        Assert.Equal("1", ledger.Store.Read(c => c.Meta.Get("good62")));
        Assert.Equal("1", ledger.Store.Read(c => c.Meta.Get("last")));
        Assert.Null(ledger.Store.Read(c => c.Meta.Get("half done")));
    }

    [Fact]
    public async Task Everything_that_waits_goes_into_one_commit()
    {
        await using var ledger = await LedgerFixture.StartAsync(
            new CommitLoopOptions { MaxApplyTime = TimeSpan.FromMinutes(1) });
        var before = ledger.Loop.Commits;
        using var gate = new Gate(ledger.Loop);
        var writes = Enumerable.Range(0, 200).Select(i => Set(ledger, $"k{i}")).ToList();
        gate.Open();

        await Task.WhenAll(writes);

        Assert.True(ledger.Loop.Commits - before <= 2, $"{ledger.Loop.Commits - before} commits");
    }

    [Fact]
    public async Task A_full_queue_refuses_at_once_and_takes_outcomes_all_the_same()
    {
        await using var ledger = await LedgerFixture.StartAsync(new CommitLoopOptions { QueueLimit = 2 });
        var hashes = LedgerFixture.Hashes(1);
        var activation = await ledger.OpenAsync(hashes);
        var (_, reservation) = await ledger.ReserveAsync(ledger.Request(activation, hashes));
        using var gate = new Gate(ledger.Loop);
        var first = Set(ledger, "1");
        var second = Set(ledger, "2");

        await Assert.ThrowsAsync<LedgerOverloadedException>(() => Set(ledger, "3"));
        Assert.False(ledger.Loop.TryEnqueue(new Reservation(ledger.Activations, _ => { })));
        var settled = ledger.SettleAsync(reservation, ReservationOutcome.Consumed);
        gate.Open();

        await Task.WhenAll(first, second, settled);
        Assert.Equal(new ActivationTally(0, 0, 1, 0), ledger.Tally(activation));
    }

    [Fact]
    public async Task Interactive_work_comes_before_bulk_and_bulk_is_bounded_per_commit()
    {
        await using var ledger = await LedgerFixture.StartAsync(new CommitLoopOptions { MaxBulkRows = 10 });
        var order = new List<string>();
        using var gate = new Gate(ledger.Loop);
        var done = new CountdownEvent(5);
        for (var i = 0; i < 4; i++)
        {
            Assert.True(ledger.Loop.TryEnqueue(new NotedWork($"bulk{i}", bulkRows: 5, order, done)));
        }

        Assert.True(ledger.Loop.TryEnqueue(new NotedWork("interactive", bulkRows: 0, order, done)));
        gate.Open();
        done.Wait(TestContext.Current.CancellationToken);

        string[] expected = ["interactive", "bulk0", "bulk1", "commit", "commit", "commit", "bulk2", "bulk3"];
        Assert.Equal<IEnumerable<string>>(expected, order.Take(8));
    }

    [Fact]
    public async Task The_burst_of_one_client_lets_others_have_their_turns()
    {
        await using var ledger = await LedgerFixture.StartAsync(
            new CommitLoopOptions { MaxApplyTime = TimeSpan.FromMinutes(1) });
        var order = new List<string>();
        using var gate = new Gate(ledger.Loop);
        using var done = new CountdownEvent(52);
        var (flooder, other) = (Guid.NewGuid(), Guid.NewGuid());
        for (var i = 0; i < 50; i++)
        {
            Assert.True(ledger.Loop.TryEnqueue(new NotedWork($"{i}", 0, order, done) { Owner = flooder }));
        }

        Assert.True(ledger.Loop.TryEnqueue(new NotedWork("first", 0, order, done) { Owner = other }));
        Assert.True(ledger.Loop.TryEnqueue(new NotedWork("second", 0, order, done) { Owner = other }));
        gate.Open();
        done.Wait(TestContext.Current.CancellationToken);

        order.RemoveAll(name => name == "commit");
        Assert.Equal<IEnumerable<string>>(["0", "first", "1", "second", "2", "3"], order.Take(6));
    }

    [Fact]
    public async Task A_function_that_writes_many_rows_lets_others_go_first()
    {
        await using var ledger = await LedgerFixture.StartAsync();
        var order = new List<string>();
        using var gate = new Gate(ledger.Loop);
        var many = Note("many", rows: 17);
        var few = Note("few", rows: 16);
        gate.Open();

        await Task.WhenAll(many, few);

        Assert.Equal(["few", "many"], order);

        Task<bool> Note(string name, int rows) => ledger.Loop.WriteAsync(
            _ =>
            {
                order.Add(name);
                return true;
            },
            rows,
            TestContext.Current.CancellationToken).AsTask();
    }

    [Fact]
    public async Task Bulk_work_that_is_slower_than_its_bound_does_not_pile_up_before_interactive_work()
    {
        // One piece per transaction: the rest of what was taken waits for the next ones.
        await using var ledger = await LedgerFixture.StartAsync(
            new CommitLoopOptions { MaxBatch = 4, MaxBulkRows = 10, MaxApplyTime = TimeSpan.Zero });
        var order = new List<string>();
        using var gate = new Gate(ledger.Loop);
        using var done = new CountdownEvent(31);
        for (var i = 0; i < 30; i++)
        {
            Assert.True(ledger.Loop.TryEnqueue(new NotedWork($"bulk{i}", 5, order, done)
            {
                Applied = i == 15 ? AddInteractive : null,
            }));
        }

        gate.Open();
        done.Wait(TestContext.Current.CancellationToken);

        order.RemoveAll(name => name == "commit");
        Assert.InRange(order.IndexOf("interactive"), 16, 19);

        void AddInteractive()
            => Assert.True(ledger.Loop.TryEnqueue(new NotedWork("interactive", 0, order, done)));
    }

    [Fact]
    public async Task Small_pieces_of_bulk_work_are_bounded_by_their_number()
    {
        await using var ledger = await LedgerFixture.StartAsync(
            new CommitLoopOptions { MaxBatch = 4, MaxApplyTime = TimeSpan.FromMinutes(1) });
        var order = new List<string>();
        using var gate = new Gate(ledger.Loop);
        using var done = new CountdownEvent(6);
        for (var i = 0; i < 6; i++)
        {
            Assert.True(ledger.Loop.TryEnqueue(new NotedWork($"bulk{i}", bulkRows: 1, order, done)));
        }

        gate.Open();
        done.Wait(TestContext.Current.CancellationToken);

        string[] expected = ["bulk0", "bulk1", "bulk2", "bulk3", "commit", "commit", "commit", "commit", "bulk4"];
        Assert.Equal<IEnumerable<string>>(expected, order.Take(9));
    }

    [Fact]
    public async Task A_reservation_may_be_bulk_whatever_its_size_and_so_is_its_outcome()
    {
        await using var ledger = await LedgerFixture.StartAsync();
        var hashes = LedgerFixture.Hashes(1);
        var activation = await ledger.OpenAsync(hashes);
        var order = new List<string>();
        var reserved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reservation = new Reservation(ledger.Activations, _ => reserved.SetResult(), _ =>
        {
            order.Add("settled");
            settled.SetResult();
        });
        reservation.Prepare(ledger.Request(activation, hashes) with { IsBulk = true });
        Assert.True(ledger.Loop.TryEnqueue(reservation));
        await reserved.Task;
        using var done = new CountdownEvent(2);
        using var gate = new Gate(ledger.Loop);

        Assert.True(ledger.Loop.TryEnqueue(new NotedWork("bulk", bulkRows: 1, order, done)));
        reservation.Settle(ledger.Loop, ReservationOutcome.Consumed, ledger.Now);
        Assert.True(ledger.Loop.TryEnqueue(new NotedWork("interactive", bulkRows: 0, order, done)));
        gate.Open();
        await settled.Task;

        string[] expected = ["interactive", "bulk", "commit", "commit", "settled"];
        Assert.Equal<IEnumerable<string>>(expected, order);
    }

    [Fact]
    public async Task The_outcome_of_a_lone_bulk_reservation_is_stored_though_nothing_else_comes()
    {
        await using var ledger = await LedgerFixture.StartAsync();
        var hashes = LedgerFixture.Hashes(1);
        var activation = await ledger.OpenAsync(hashes);
        var (_, reservation) = await ledger.ReserveAsync(
            ledger.Request(activation, hashes[0]) with { IsBulk = true });

        await ledger.SettleAsync(reservation, ReservationOutcome.Consumed);

        Assert.Equal(new ActivationTally(0, 0, 1, 0), ledger.Tally(activation));
    }

    [Fact]
    public async Task A_store_that_fails_fails_everything_and_the_loop_goes_on()
    {
        await using var ledger = await LedgerFixture.StartAsync();
        var hashes = LedgerFixture.Hashes(2);
        var activation = await ledger.OpenAsync(hashes);
        var (_, reservation) = await ledger.ReserveAsync(ledger.Request(activation, hashes[0]));

        // The store may not grow by a single page: what SQLite says when the disk is full.
        var limit = await ledger.Loop.WriteAsync(Limit, TestContext.Current.CancellationToken);
        var settled = ledger.SettleAsync(reservation, ReservationOutcome.Consumed);
        var big = Enumerable.Range(0, 3).Select(i => ledger.Loop.WriteAsync(
            c =>
            {
                c.Meta.Set($"big{i}", new string('x', 1_000_000));
                return 0;
            },
            TestContext.Current.CancellationToken).AsTask()).ToList();
        foreach (var write in big)
        {
            var error = await Assert.ThrowsAsync<StoreException>(() => write);
            Assert.Equal(StoreFailure.Full, error.Failure);
        }

        await settled;
        await Set(ledger, "small");
        Assert.Equal(ReservationStatus.Ok, await ledger.TryReserveAsync(activation, hashes[1]));
        Assert.Equal(1, ledger.Tally(activation).Consumed);
        Assert.True(limit > 0);
    }

    [Fact]
    public async Task What_waits_is_finished_before_the_loop_ends_and_nothing_is_taken_after()
    {
        await using var ledger = await LedgerFixture.StartAsync();
        var gate = new Gate(ledger.Loop);
        var writes = Enumerable.Range(0, 50).Select(i => Set(ledger, $"k{i}")).ToList();
        var stopping = ledger.Loop.DisposeAsync().AsTask();
        Assert.False(stopping.IsCompleted);
        gate.Open();

        await stopping;

        // Stored by now; that their callers hear of it is for the pool threads, in their own time.
        Assert.Equal("1", ledger.Store.Read(c => c.Meta.Get("k0")));
        await Task.WhenAll(writes);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Set(ledger, "late"));
        Assert.Equal("1", ledger.Store.Read(c => c.Meta.Get("k49")));
    }

    [Fact]
    public async Task Who_gave_up_waiting_before_the_commit_leaves_nothing()
    {
        await using var ledger = await LedgerFixture.StartAsync();
        using var cancel = new CancellationTokenSource();
        using var gate = new Gate(ledger.Loop);
        var write = ledger.Loop.WriteAsync(
            c =>
            {
                c.Meta.Set("given up", "x");
                return 0;
            },
            cancel.Token).AsTask();
        await cancel.CancelAsync();
        gate.Open();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write);
        await Set(ledger, "next");
        Assert.Null(ledger.Store.Read(c => c.Meta.Get("given up")));
    }

    private static Task<int> Set(LedgerFixture ledger, string key) => ledger.Loop.WriteAsync(
        c =>
        {
            c.Meta.Set(key, "1");
            return 0;
        },
        TestContext.Current.CancellationToken).AsTask();

    private static long Limit(StoreConnection connection)
    {
        var database = ((SqliteConnection)connection).Database;
        using var pages = database.Prepare("PRAGMA page_count").Start().Rows();
        pages.Next();
        var count = pages.Int64(0) + 20;
        database.Execute($"PRAGMA max_page_count = {count}");
        return count;
    }

    /// <summary>Holds the loop's thread inside a transaction, so that work gathers behind it.</summary>
    private sealed class Gate : IDisposable
    {
        private readonly ManualResetEventSlim _open = new();

        public Gate(CommitLoop loop)
        {
            var cancellation = TestContext.Current.CancellationToken;
            using var entered = new ManualResetEventSlim();
            _ = loop.WriteAsync(
                _ =>
                {
                    entered.Set();
                    _open.Wait(cancellation);
                    return 0;
                },
                CancellationToken.None).AsTask();
            entered.Wait(cancellation);
        }

        public void Open() => _open.Set();

        public void Dispose() => _open.Set();
    }

    private sealed class NotedWork(string name, int bulkRows, List<string> order, CountdownEvent done) : LedgerWork
    {
        public override bool IsBulk => bulkRows > 0;

        public override int Rows => bulkRows;

        public Action? Applied { get; init; }

        public Guid Owner { get; init; }

        internal override Guid Client => Owner;

        public override void Apply(StoreConnection store)
        {
            order.Add(name);
            Applied?.Invoke();
        }

        public override void Committed()
        {
            order.Add("commit");
            done.Signal();
        }

        public override void Failed(Exception exception) => done.Signal();
    }
}
