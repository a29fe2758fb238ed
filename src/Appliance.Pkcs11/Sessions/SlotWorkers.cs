using System.Globalization;

namespace Appliance.Pkcs11.Sessions;

/// <summary>The threads of one slot and the queue that feeds them.</summary>
internal sealed class SlotWorkers
{
    private readonly Lock _gate = new();
    private readonly Slot _slot;
    private readonly Action<SignJob> _completed;
    private readonly List<SlotWorker> _workers = [];
    private int _numbers;
    private bool _stopped;

    public SlotWorkers(Slot slot, int queueLimit, Action<SignJob> completed)
    {
        _slot = slot;
        _completed = completed;
        Queue = new JobQueue(
            queueLimit,
            slot.SessionLimit,
            slot.Options.AdaptiveConcurrency ? new ConcurrencyLimit(slot.SessionLimit, slot.Time) : null);
        slot.Wrapped.ParkWith(Queue);
        for (var i = 0; i < slot.SessionLimit; i++)
        {
            Start();
        }
    }

    public JobQueue Queue { get; }

    /// <summary>Threads whose calls have not returned in time.</summary>
    public int Hanging
    {
        get
        {
            lock (_gate)
            {
                return _workers.Count(worker => worker.Session.Watch.Hangs);
            }
        }
    }

    /// <summary>False when every thread hangs in the module, or has left.</summary>
    public bool HasThreads
    {
        get
        {
            lock (_gate)
            {
                return _workers.Exists(worker => worker.IsOfUse);
            }
        }
    }

    /// <summary>Looks for calls that hang. Each costs its thread.</summary>
    /// <returns>What nobody works on now; null when nothing hangs that did not before.</returns>
    public List<SignJob>? Look(TimeSpan limit)
    {
        List<SignJob>? shed = null;
        lock (_gate)
        {
            foreach (var worker in _workers)
            {
                var rest = new List<SignJob>();
                if (!worker.Session.Watch.IsWrittenOff && worker.Session.Watch.Look(limit, () => worker.Abandon(rest)))
                {
                    (shed ??= []).AddRange(rest);
                }
            }

            _workers.RemoveAll(worker => worker.Join(TimeSpan.Zero));
        }

        return shed;
    }

    /// <summary>
    /// Starts threads in the place of those that were written off or have left, up to twice the limit.
    /// </summary>
    public void Replace()
    {
        lock (_gate)
        {
            var working = _workers.Count(worker => worker.IsOfUse);
            for (; !_stopped && working < _slot.SessionLimit && _workers.Count < 2 * _slot.SessionLimit; working++)
            {
                Start();
            }
        }
    }

    public void Stop()
    {
        lock (_gate)
        {
            _stopped = true;
        }

        Queue.Stop();
    }

    /// <summary>Waits until the workers have finished what is queued.</summary>
    /// <returns>How many have not.</returns>
    public int Join(TimeProvider time, long start, TimeSpan timeout)
    {
        SlotWorker[] workers;
        lock (_gate)
        {
            workers = [.. _workers];
        }

        var left = 0;
        foreach (var worker in workers)
        {
            var rest = timeout - time.GetElapsedTime(start);
            left += worker.Join(rest > TimeSpan.Zero ? rest : TimeSpan.Zero) ? 0 : 1;
        }

        return left;
    }

    private void Start()
    {
        var number = (++_numbers).ToString(CultureInfo.InvariantCulture);
        _workers.Add(new SlotWorker(_slot, Queue, _completed, $"pkcs11 {_slot.Token.Info.Label} {number}"));
    }
}
