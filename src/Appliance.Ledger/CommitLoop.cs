using Appliance.Ledger.Commits;
using Appliance.Storage;
using Microsoft.Extensions.Logging;

namespace Appliance.Ledger;

/// <summary>
/// Group commit: one named thread takes everything that waits, applies it in one transaction, syncs once and releases
/// all of it. A lone request does not wait for company. Work that fails is undone alone and hurts only itself; when the
/// store fails, everything in the transaction fails and the loop goes on.
/// </summary>
public sealed partial class CommitLoop : IAsyncDisposable
{
    private readonly CommitQueue _queue;
    private readonly CommitBatch _batch;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ILogger _logger;
    private long _commits;

    /// <summary>Starts the loop. From now on only the loop may use <see cref="Store.Writer"/>.</summary>
    public CommitLoop(Store store, CommitLoopOptions options, TimeProvider time, ILogger<CommitLoop> logger)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(options);
        _logger = logger;
        _queue = new CommitQueue(options, time);
        _batch = new CommitBatch(store.Writer, options, time);
        new Thread(Run) { Name = "Ledger commit", IsBackground = true }.Start();
    }

    /// <summary>Work that waits now.</summary>
    public int Waiting => _queue.Count;

    /// <summary>Transactions committed, each with one sync of the log.</summary>
    public long Commits => Volatile.Read(ref _commits);

    /// <summary>Hands work to the loop.</summary>
    /// <returns>False when the queue is full or the loop is stopping; nothing of the work is called then.</returns>
    public bool TryEnqueue(LedgerWork work)
    {
        ArgumentNullException.ThrowIfNull(work);
        return _queue.TryAdd(work);
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
    public ValueTask<T> WriteAsync<T>(
        Func<StoreConnection, T> apply, int rows, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(apply);
        var work = new FunctionWork<T>(apply, rows, cancellationToken);
        if (!_queue.TryAdd(work))
        {
            ObjectDisposedException.ThrowIf(_queue.IsStopping, this);
            throw new LedgerOverloadedException();
        }

        return new ValueTask<T>(work.Task.WaitAsync(cancellationToken));
    }

    internal void LogRecovered(UnsettledRun run) => Log.Recovered(_logger, run);

    /// <summary>Stops taking work, finishes what waits, ends the thread.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Stop();
        await _stopped.Task;
    }

    private void Run()
    {
        while (_queue.Take(_batch.Work))
        {
            try
            {
                _batch.Commit();
                Interlocked.Increment(ref _commits);
                _queue.StoreIsUp();
            }
            catch (Exception e)
            {
                Log.TransactionFailed(_logger, _batch.Applied, e);
                _batch.FailAll(e);
                _queue.StoreIsDown();
            }

            Release();
        }

        _stopped.SetResult();
    }

    /// <summary>Tells each piece how it went. What the time limit left out stays for the next round.</summary>
    private void Release()
    {
        for (var i = 0; i < _batch.Applied; i++)
        {
            var work = _batch.Work[i];
            var error = _batch.Errors[i];
            if (error is not null && work.MustLast && _queue.TryAddAgain(work, error))
            {
                Log.WillTryAgain(_logger, work.GetType().Name, work.Attempts, error);
                continue;
            }

            Tell(work, error);
        }

        _batch.Forget();
    }

    private void Tell(LedgerWork work, Exception? error)
    {
        try
        {
            if (error is null)
            {
                if (work.Grants)
                {
                    _queue.CountGranted();
                }

                work.Committed();
                return;
            }

            if (error is not OperationCanceledException)
            {
                Log.WorkFailed(_logger, work.GetType().Name, error);
            }

            work.Failed(error);
        }
        catch (Exception e)
        {
            Log.CallbackThrew(_logger, work.GetType().Name, e);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3000, LogLevel.Error, "A transaction of {Count} pieces of work failed; none of it was stored.")]
        public static partial void TransactionFailed(ILogger logger, int count, Exception error);

        [LoggerMessage(3001, LogLevel.Error, "{Work} failed; it was undone alone.")]
        public static partial void WorkFailed(ILogger logger, string work, Exception error);

        [LoggerMessage(
            3002, LogLevel.Warning, "{Work} could not be stored (attempt {Attempts}); it will be tried again.")]
        public static partial void WillTryAgain(ILogger logger, string work, int attempts, Exception error);

        [LoggerMessage(
            3010,
            LogLevel.Warning,
            "Found {Run}, and not settled when it ended. They may have been signed: they are spent now, and are never "
            + "signed again.")]
        public static partial void Recovered(ILogger logger, UnsettledRun run);

        [LoggerMessage(3003, LogLevel.Error, "{Work} threw after its commit.")]
        public static partial void CallbackThrew(ILogger logger, string work, Exception error);
    }
}
