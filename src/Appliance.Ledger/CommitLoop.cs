using Appliance.Ledger.Commits;
using Appliance.Storage;
using Microsoft.Extensions.Logging;

namespace Appliance.Ledger;

/// <summary>
/// Group commit: a named thread takes everything that waits, applies it in one transaction, syncs once and releases all
/// of it. A lone request does not wait for company. Work that fails is undone alone and hurts only itself; when the
/// store fails, everything in the transaction fails and the loop goes on. A store that can commit several transactions
/// at a time has as many threads: work on one activation is always one thread's, all other work is the last one's.
/// </summary>
public sealed class CommitLoop : IAsyncDisposable
{
    private readonly CommitLane[] _lanes;

    /// <summary>Starts the loop. From now on only the loop may use <see cref="Store.Writers"/>.</summary>
    public CommitLoop(Store store, CommitLoopOptions options, TimeProvider time, ILogger<CommitLoop> logger)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(options);
        Store = store;
        Logger = logger;
        _lanes =
        [
            .. store.Writers.Select((writer, number) => new CommitLane(
                writer, number == 0 ? "Ledger commit" : $"Ledger commit {number}", options, time, logger)),
        ];
    }

    /// <summary>Work that waits now.</summary>
    public int Waiting => _lanes.Sum(lane => lane.Waiting);

    /// <summary>Transactions committed, each with one sync of the log.</summary>
    public long Commits => _lanes.Sum(lane => lane.Commits);

    internal Store Store { get; }

    internal ILogger Logger { get; }

    /// <summary>Hands work to the loop.</summary>
    /// <returns>False when the queue is full or the loop is stopping; nothing of the work is called then.</returns>
    public bool TryEnqueue(LedgerWork work)
    {
        ArgumentNullException.ThrowIfNull(work);
        return LaneOf(work).TryEnqueue(work);
    }

    /// <summary>Runs a function in the next transaction; its result is durable when this completes.</summary>
    /// <param name="apply">
    /// Runs on the loop's thread, and again after a rollback. What it throws undoes it and is thrown here.
    /// </param>
    /// <param name="cancellationToken">Gives up waiting. The function is then run only if it was about to be.</param>
    /// <exception cref="LedgerOverloadedException">The queue is full.</exception>
    /// <exception cref="ObjectDisposedException">The loop is stopping.</exception>
    /// <exception cref="StoreException">The store failed.</exception>
    public ValueTask<T> WriteAsync<T>(Func<StoreConnection, T> apply, CancellationToken cancellationToken)
        => WriteAsync(apply, rows: 1, cancellationToken);

    /// <inheritdoc cref="WriteAsync{T}(Func{StoreConnection, T}, CancellationToken)"/>
    /// <param name="apply">As there.</param>
    /// <param name="rows">About how many rows it writes: with many it is bulk work, and lets others go first.</param>
    /// <param name="cancellationToken">As there.</param>
    /// <param name="announce">Names the rows that it is going to look at.</param>
    public ValueTask<T> WriteAsync<T>(
        Func<StoreConnection, T> apply,
        int rows,
        CancellationToken cancellationToken,
        Action<StoreKeys>? announce = null)
    {
        ArgumentNullException.ThrowIfNull(apply);
        var work = new FunctionWork<T>(apply, rows, announce, cancellationToken);
        var lane = LaneOf(work);
        if (!lane.TryEnqueue(work))
        {
            ObjectDisposedException.ThrowIf(lane.IsStopping, this);
            throw new LedgerOverloadedException();
        }

        return new ValueTask<T>(work.Task.WaitAsync(cancellationToken));
    }

    /// <summary>Stops taking work, finishes what waits, ends the threads.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var lane in _lanes)
        {
            lane.Stop();
        }

        await Task.WhenAll(_lanes.Select(lane => lane.Stopped));
    }

    private CommitLane LaneOf(LedgerWork work)
        => work.Activation == Guid.Empty || _lanes.Length == 1
            ? _lanes[^1]
            : _lanes[(work.Activation.GetHashCode() & int.MaxValue) % (_lanes.Length - 1)];
}
