namespace Appliance.Pkcs11.Sessions;

/// <summary>
/// The two bounded lanes in front of a slot's workers; in each, clients take turns. Interactive work goes first; a
/// worker takes several waiting jobs at once so that the lock is not taken per signature, but no more than its share.
/// Where the slot's concurrency is limited, workers beyond the limit stay idle though there is work.
/// </summary>
internal sealed class JobQueue
{
    /// <summary>
    /// So many interactive jobs may pass a waiting bulk job; then it begins, and gives way as it goes.
    /// </summary>
    private const int PatienceOfBulk = 32;

    /// <summary>Signatures in a client's turn. A job of many is still one, and gives way to interactive ones.</summary>
    private const int InteractiveTurn = 4;
    private const int BulkTurn = 256;

    private readonly object _gate = new();
    private readonly FairLane _interactive = new(InteractiveTurn);
    private readonly FairLane _bulk = new(BulkTurn);
    private readonly int _limit;
    private readonly int _workers;
    private readonly ConcurrencyLimit? _concurrency;
    private volatile int _count;
    private volatile int _lent;
    private int _idle;
    private int _busy;
    private int _passed;
    private int _beats;
    private bool _stopped;

    /// <param name="limit">Most jobs that wait, in each lane.</param>
    /// <param name="workers">Threads that take them.</param>
    /// <param name="concurrency">How many of them may be at work; null for all.</param>
    public JobQueue(int limit, int workers, ConcurrencyLimit? concurrency = null)
    {
        _limit = limit;
        _workers = workers;
        _concurrency = concurrency;
    }

    /// <summary>Tells bulk jobs that interactive ones wait.</summary>
    public InteractiveSignal Interactive { get; } = new();

    public int Count => _count;

    /// <summary>Workers that may be at work at once, as far as it is limited; 0 where it is not.</summary>
    public int Concurrency => _concurrency?.Value ?? 0;

    /// <summary>Workers that wait for work, or for leave to take some.</summary>
    public int Idle => Volatile.Read(ref _idle);

    public bool TryAdd(SignJob job)
    {
        lock (_gate)
        {
            if (!TryAddLocked(job))
            {
                return false;
            }

            if (MayWake > 0)
            {
                Monitor.Pulse(_gate);
            }

            return true;
        }
    }

    /// <summary>
    /// Jobs that were taken and come back: they wait for a key. As long as there are any, nobody leaves.
    /// </summary>
    public int Lent => _lent;

    /// <summary>One that was taken will come back; false when there are as many already as may wait.</summary>
    public bool TryLend()
    {
        lock (_gate)
        {
            if (_lent >= _limit)
            {
                return false;
            }

            _lent++;
            return true;
        }
    }

    /// <summary>It does not come back after all.</summary>
    public void CancelLend()
    {
        lock (_gate)
        {
            _lent--;
            if (_stopped)
            {
                Monitor.PulseAll(_gate);
            }
        }
    }

    /// <summary>Takes back what was lent, whatever the limit.</summary>
    public void Return(SignJob job)
    {
        lock (_gate)
        {
            _lent--;
            (job.IsBulk ? _bulk : _interactive).Enqueue(job);
            Publish();
            if (_stopped)
            {
                Monitor.PulseAll(_gate);
            }
            else if (MayWake > 0)
            {
                Monitor.Pulse(_gate);
            }
        }
    }

    /// <summary>Adds until one does not fit; wakes as many workers as there are jobs for.</summary>
    public int AddAll(ReadOnlySpan<SignJob> jobs)
    {
        lock (_gate)
        {
            var added = 0;
            while (added < jobs.Length && TryAddLocked(jobs[added]))
            {
                added++;
            }

            for (var wake = Math.Min(added, MayWake); wake > 0; wake--)
            {
                Monitor.Pulse(_gate);
            }

            return added;
        }
    }

    /// <summary>
    /// Waits for work. Returns 0 when the queue is stopped and empty, and a number below 0 when a worker that waits is
    /// to use its session, lest the token ends it.
    /// </summary>
    /// <param name="batch">Filled from its beginning.</param>
    /// <param name="most">How many jobs are of use, at least 1: fewer where they take long.</param>
    /// <param name="done">Signatures that the worker has made since it took work last; below 0 the first time.</param>
    public int Take(SignJob[] batch, int most, int done)
    {
        lock (_gate)
        {
            if (done >= 0)
            {
                _busy--;
                Learn(done);
            }

            var beats = _beats;
            while (!MayTake)
            {
                if (_stopped && _count == 0 && _lent == 0)
                {
                    return 0;
                }

                _idle++;
                Monitor.Wait(_gate);
                _idle--;
                if (beats != _beats && !MayTake)
                {
                    return -1;
                }
            }

            _busy++;
            return Fill(batch, Math.Min(most, batch.Length));
        }
    }

    /// <summary>Every worker that waits uses its session once.</summary>
    public void KeepAlive()
    {
        lock (_gate)
        {
            _beats++;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>A worker is given up: it does not come back from its call.</summary>
    public void WriteOff()
    {
        lock (_gate)
        {
            _busy--;
            Monitor.Pulse(_gate);
        }
    }

    public bool TryTakeInteractive(out SignJob? job)
    {
        lock (_gate)
        {
            var taken = _interactive.TryDequeue(out job);
            Publish();
            return taken;
        }
    }

    /// <summary>No new jobs; workers finish what is queued and leave.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _stopped = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>What nobody will take any more.</summary>
    public List<SignJob> Drain()
    {
        lock (_gate)
        {
            var rest = new List<SignJob>(_count);
            while (_interactive.TryDequeue(out var job) || _bulk.TryDequeue(out job))
            {
                rest.Add(job);
            }

            Publish();
            return rest;
        }
    }

    private bool MayTake => _count > 0 && (_concurrency is null || _busy < _concurrency.Value || _stopped);

    /// <summary>Workers that are worth waking.</summary>
    private int MayWake
        => _concurrency is null || _idle == 0 ? _idle : Math.Clamp(_concurrency.Value - _busy, 0, _idle);

    /// <summary>A worker is back: that tells how fast the slot is, and there may be leave for others now.</summary>
    private void Learn(int done)
    {
        if (_concurrency is null)
        {
            return;
        }

        _concurrency.Observe(done, _busy + 1, isSaturated: _count > 0);
        for (var wake = Math.Min(MayWake, _count) - 1; wake > 0; wake--)
        {
            Monitor.Pulse(_gate);
        }
    }

    private int Fill(SignJob[] batch, int most)
    {
        if (_interactive.Count == 0 || (_bulk.Count > 0 && _passed >= PatienceOfBulk))
        {
            _passed = 0;
            batch[0] = _bulk.Dequeue();
            Publish();
            return 1;
        }

        var share = Math.Clamp(_interactive.Count / _workers, 1, most);
        for (var i = 0; i < share; i++)
        {
            batch[i] = _interactive.Dequeue();
        }

        _passed = _bulk.Count > 0 ? _passed + share : 0;
        Publish();
        return share;
    }

    private bool TryAddLocked(SignJob job)
    {
        var lane = job.IsBulk ? _bulk : _interactive;
        if (_stopped || lane.Count >= _limit)
        {
            return false;
        }

        lane.Enqueue(job);
        Publish();
        return true;
    }

    private void Publish()
    {
        Interactive.Waiting = _interactive.Count;
        _count = _interactive.Count + _bulk.Count;
    }
}
