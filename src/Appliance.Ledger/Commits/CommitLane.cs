using Appliance.Storage;
using Microsoft.Extensions.Logging;

namespace Appliance.Ledger.Commits;

/// <summary>
/// One connection that writes, its queue, and the named thread that takes everything that waits, applies it in one
/// transaction, syncs once and releases all of it.
/// </summary>
internal sealed partial class CommitLane
{
    /// <summary>Between two attempts to reach a store that is away.</summary>
    private static readonly TimeSpan s_probePause = TimeSpan.FromMilliseconds(250);

    private readonly StoreConnection _store;
    private readonly TimeProvider _time;
    private readonly CommitQueue _queue;
    private readonly CommitBatch _batch;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ILogger _logger;
    private volatile StoreException? _away;
    private long _commits;

    public CommitLane(StoreConnection store, string name, CommitLoopOptions options, TimeProvider time, ILogger logger)
    {
        _store = store;
        _time = time;
        _logger = logger;
        _queue = new CommitQueue(options, time);
        _batch = new CommitBatch(store, options, time);
        store.Recovering = RefuseWaiting;
        new Thread(Run) { Name = name, IsBackground = true }.Start();
    }

    public int Waiting => _queue.Count;

    public long Commits => Volatile.Read(ref _commits);

    public bool IsStopping => _queue.IsStopping;

    /// <summary>Completed when the thread has ended.</summary>
    public Task Stopped => _stopped.Task;

    public bool TryEnqueue(LedgerWork work)
    {
        if (!work.MustLast && Absence() is { } away)
        {
            // Whoever waits is told at once, not when the store is back.
            work.Failed(away);
            return true;
        }

        return _queue.TryAdd(work);
    }

    public void Stop()
    {
        _queue.Stop();
        _store.StopRecovering();
    }

    private StoreException? Absence()
        => _away ?? (_store.IsRecovering
            ? new StoreException(StoreFailure.Unavailable, 0, "The store was lost in the middle of a commit.")
            : null);

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
                _away = e as StoreException is { Failure: StoreFailure.Unavailable } lost ? lost : null;
            }

            Release();
            AwaitReturn();
        }

        CloseChain();
        _stopped.SetResult();
    }

    /// <summary>The last record of the chain: from here on its end is known, and not only where it was last
    /// seen.</summary>
    private void CloseChain()
    {
        try
        {
            AuditTrail.CloseOwn(_store, _time.GetUtcNow().ToUnixTimeMilliseconds());
        }
        catch (StoreException error)
        {
            Log.ChainNotClosed(_logger, error.Message);
            Undo();
        }
    }

    private void Undo()
    {
        try
        {
            _store.Rollback();
        }
        catch (StoreException)
        {
            // Whoever settles this run closes its chains.
        }
    }

    /// <summary>While the store is away nothing is taken: what comes is refused at once.</summary>
    private void AwaitReturn()
    {
        if (_away is null)
        {
            return;
        }

        RefuseWaiting();
        while (!IsStopping && !TryReach())
        {
            RefuseWaiting();
            _queue.Pause(s_probePause);
        }

        _away = null;
        Log.StoreIsBack(_logger);
    }

    /// <summary>Who waited before the store was lost is told as those are who come after.</summary>
    private void RefuseWaiting()
    {
        if (Absence() is not { } away)
        {
            return;
        }

        foreach (var work in _queue.TakeThoseWhoWait())
        {
            Tell(work, away);
        }
    }

    private bool TryReach()
    {
        try
        {
            _store.Begin();
            _store.Rollback();
            return true;
        }
        catch (StoreException e) when (e.Failure == StoreFailure.Unavailable)
        {
            return false;
        }
        catch (StoreException)
        {
            // It answers; whatever is wrong is for the work to meet.
            return true;
        }
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
                    _queue.CountGranted(work);
                }

                work.Committed();
                return;
            }

            if (error is not (OperationCanceledException or StoreException { IsTemporary: true }))
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

        [LoggerMessage(3003, LogLevel.Error, "{Work} threw after its commit.")]
        public static partial void CallbackThrew(ILogger logger, string work, Exception error);

        [LoggerMessage(3006, LogLevel.Warning, "A chain of the audit trail is left open: {Error}")]
        public static partial void ChainNotClosed(ILogger logger, string error);

        [LoggerMessage(3005, LogLevel.Warning, "The store can be reached again.")]
        public static partial void StoreIsBack(ILogger logger);
    }
}
