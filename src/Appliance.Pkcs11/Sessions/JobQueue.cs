namespace Appliance.Pkcs11.Sessions;

/// <summary>
/// The two bounded lanes in front of a slot's workers. Interactive work goes first; a worker takes several waiting jobs
/// at once so that the lock is not taken per signature, but no more than its share.
/// </summary>
internal sealed class JobQueue
{
    /// <summary>
    /// So many interactive jobs may pass a waiting bulk job; then it begins, and gives way as it goes.
    /// </summary>
    private const int PatienceOfBulk = 32;

    private readonly object _gate = new();
    private readonly Queue<SignJob> _interactive = new();
    private readonly Queue<SignJob> _bulk = new();
    private readonly int _limit;
    private readonly int _workers;
    private volatile int _count;
    private volatile int _lent;
    private int _idle;
    private int _passed;
    private bool _stopped;

    public JobQueue(int limit, int workers)
    {
        _limit = limit;
        _workers = workers;
    }

    /// <summary>Tells bulk jobs that interactive ones wait.</summary>
    public InteractiveSignal Interactive { get; } = new();

    public int Count => _count;

    public bool TryAdd(SignJob job)
    {
        lock (_gate)
        {
            if (!TryAddLocked(job))
            {
                return false;
            }

            if (_idle > 0)
            {
                Monitor.Pulse(_gate);
            }

            return true;
        }
    }

    /// <summary>Jobs that were taken and come back: they wait for a key. As long as there are any, nobody leaves.</summary>
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
            else if (_idle > 0)
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

            for (var wake = Math.Min(added, _idle); wake > 0; wake--)
            {
                Monitor.Pulse(_gate);
            }

            return added;
        }
    }

    /// <summary>Waits for work. Returns 0 when the queue is stopped and empty.</summary>
    public int Take(SignJob[] batch)
    {
        lock (_gate)
        {
            while (_interactive.Count == 0 && _bulk.Count == 0)
            {
                if (_stopped && _lent == 0)
                {
                    return 0;
                }

                _idle++;
                Monitor.Wait(_gate);
                _idle--;
            }

            if (_interactive.Count == 0 || (_bulk.Count > 0 && _passed >= PatienceOfBulk))
            {
                _passed = 0;
                batch[0] = _bulk.Dequeue();
                Publish();
                return 1;
            }

            var share = Math.Clamp(_interactive.Count / _workers, 1, batch.Length);
            for (var i = 0; i < share; i++)
            {
                batch[i] = _interactive.Dequeue();
            }

            _passed = _bulk.Count > 0 ? _passed + share : 0;
            Publish();
            return share;
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
            var rest = _interactive.Concat(_bulk).ToList();
            _interactive.Clear();
            _bulk.Clear();
            Publish();
            return rest;
        }
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
