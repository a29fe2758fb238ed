using Appliance.Storage;

namespace Appliance.Ledger.Commits;

/// <summary>What waits for the loop: a bounded queue per lane, in which clients take turns.</summary>
internal sealed class CommitQueue(CommitLoopOptions options, TimeProvider time)
{
    private const int MaxAttempts = 3;
    private static readonly TimeSpan s_retryDelay = TimeSpan.FromMilliseconds(250);

    private readonly object _gate = new();
    private readonly WorkLane _interactive = new();

    /// <summary>In one order: who let bulk work in was fair already.</summary>
    private readonly WorkLine _bulk = new();
    private int _urgent;
    private readonly TokenBacklog _backlog = new();
    private readonly TokenBacklog _bulkBacklog = new();
    private bool _loopWaits;
    private bool _gathers;
    private bool _gathersBulk;
    private bool _storeIsDown;
    private bool _stopping;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _interactive.Count + _bulk.Count;
            }
        }
    }

    public bool IsStopping
    {
        get
        {
            lock (_gate)
            {
                return _stopping;
            }
        }
    }

    public bool TryAdd(LedgerWork work)
    {
        lock (_gate)
        {
            // What must last settles something admitted before, so its number is bounded by that.
            if (_stopping || (_interactive.Count + _bulk.Count >= options.QueueLimit && !work.MustLast))
            {
                return false;
            }

            if (work.IsBulk)
            {
                _bulk.Append(work);
            }
            else
            {
                _interactive.Append(work);
            }

            if (!work.MustLast)
            {
                _urgent++;
            }

            if (work.Settles)
            {
                BacklogOf(work).CountSettled();
            }

            // Work that nobody waits for wakes the loop only out of its idle sleep, to count the delay from now.
            var wakes = _gathers
                ? _interactive.Count >= options.MaxBatch || (_gathersBulk && !work.IsBulk && !work.MustLast)
                : !work.MustLast || _interactive.Count + _bulk.Count == 1;
            if (_loopWaits && wakes)
            {
                _loopWaits = false;
                _gathers = false;
                Monitor.Pulse(_gate);
            }

            return true;
        }
    }

    /// <summary>Queues work again that must last: for ever while the store is down, a few times otherwise.</summary>
    public bool TryAddAgain(LedgerWork work, Exception error)
    {
        lock (_gate)
        {
            work.Attempts++;
            var storeFailed = _storeIsDown && error is StoreException;
            if (_stopping || (!storeFailed && work.Attempts >= MaxAttempts))
            {
                return false;
            }

            _interactive.Append(work);
            return true;
        }
    }

    /// <summary>Fills the batch with all that waits, within the limits; waits when nothing does.</summary>
    /// <param name="batch">May hold work that was taken before and not applied; it counts.</param>
    /// <returns>False when the loop is to end: it was stopped and nothing waits.</returns>
    public bool Take(List<LedgerWork> batch)
    {
        lock (_gate)
        {
            while (batch.Count == 0 && _urgent == 0 && !_stopping)
            {
                if (_interactive.Count + _bulk.Count == 0)
                {
                    Wait(Timeout.InfiniteTimeSpan);
                }
                else if (!Wait(_storeIsDown ? s_retryDelay : options.MaxOutcomeDelay))
                {
                    break;
                }
            }

            Gather();
            var (interactive, bulk, rows) = CountOf(batch);
            for (; interactive < options.MaxBatch && _interactive.Count > 0; interactive++)
            {
                batch.Add(CountOut(_interactive.Remove()));
            }

            // At least one piece of bulk work gets in, so that a steady interactive load cannot starve it.
            for (; bulk < options.MaxBatch && rows < options.MaxBulkRows && _bulk.Count > 0; bulk++)
            {
                var work = CountOut(_bulk.RemoveFirst());
                rows += work.Rows;
                batch.Add(work);
            }

            return batch.Count > 0;
        }
    }

    /// <summary>Takes out all that somebody waits for.</summary>
    public List<LedgerWork> TakeThoseWhoWait()
    {
        lock (_gate)
        {
            var taken = new List<LedgerWork>();
            _interactive.TakeThoseWhoWait(taken);
            for (var left = _bulk.Count; left > 0; left--)
            {
                var work = _bulk.RemoveFirst();
                if (work.MustLast)
                {
                    _bulk.Append(work);
                }
                else
                {
                    taken.Add(work);
                }
            }

            _urgent -= taken.Count;
            return taken;
        }
    }

    /// <summary>A token is about to be asked for something that was granted.</summary>
    public void CountGranted(LedgerWork work)
    {
        lock (_gate)
        {
            BacklogOf(work).CountGranted();
        }
    }

    public void StoreIsUp() => SetStoreIsDown(false);

    public void StoreIsDown() => SetStoreIsDown(true);

    public void Stop()
    {
        lock (_gate)
        {
            _stopping = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Waits, but not for long once the loop is to stop.</summary>
    public void Pause(TimeSpan time)
    {
        lock (_gate)
        {
            if (!_stopping)
            {
                Monitor.Wait(_gate, time);
            }
        }
    }

    private void SetStoreIsDown(bool value)
    {
        lock (_gate)
        {
            _storeIsDown = value;
        }
    }

    private TokenBacklog BacklogOf(LedgerWork work) => work.IsBulk ? _bulkBacklog : _backlog;

    /// <summary>
    /// Waits for company where that keeps no token idle. Interactive work passes the bulk work that waits for the
    /// tokens, so that only what is ahead of it there gives it time.
    /// </summary>
    private void Gather()
    {
        var isBulk = _interactive.Waiting == 0 && _bulk.Count > 0;
        var slack = (isBulk ? _bulkBacklog : _backlog).Slack(time, options.GatherTime);
        if (slack == TimeSpan.Zero || _stopping || _storeIsDown || _interactive.Count >= options.MaxBatch / 2)
        {
            return;
        }

        (_gathers, _gathersBulk) = (true, isBulk);
        Wait(slack);
        (_gathers, _gathersBulk) = (false, false);
    }

    private bool Wait(TimeSpan timeout)
    {
        _loopWaits = true;
        var pulsed = Monitor.Wait(_gate, timeout);
        _loopWaits = false;
        return pulsed;
    }

    /// <summary>
    /// The pieces of either kind and the rows of bulk work that the last transaction had no time for. Each counts
    /// against its own bound: else bulk work piles up here, and interactive work waits behind all of it.
    /// </summary>
    private static (int Interactive, int Bulk, int BulkRows) CountOf(List<LedgerWork> batch)
    {
        var interactive = 0;
        var bulk = 0;
        var rows = 0;
        foreach (var work in batch)
        {
            if (work.IsBulk)
            {
                bulk++;
                rows += work.Rows;
            }
            else
            {
                interactive++;
            }
        }

        return (interactive, bulk, rows);
    }

    private LedgerWork CountOut(LedgerWork work)
    {
        if (!work.MustLast)
        {
            _urgent--;
        }

        return work;
    }
}
