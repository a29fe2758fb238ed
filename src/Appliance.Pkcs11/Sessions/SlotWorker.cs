namespace Appliance.Pkcs11.Sessions;

/// <summary>One named thread of a slot with a session of its own, and the jobs that it has in hand.</summary>
internal sealed class SlotWorker
{
    private const int BatchSize = 8;

    /// <summary>About how long what the thread takes at once may keep it.</summary>
    private static readonly TimeSpan s_mostTaken = TimeSpan.FromMilliseconds(1);

    private readonly Slot _slot;
    private readonly JobQueue _queue;
    private readonly Action<SignJob> _completed;
    private readonly SignJob?[] _batch = new SignJob?[BatchSize];
    private readonly Thread _thread;
    private SignJob? _current;
    private SignJob? _givingWay;
    private volatile bool _isBusy;

    public SlotWorker(Slot slot, JobQueue queue, Action<SignJob> completed, string name)
    {
        _slot = slot;
        _queue = queue;
        _completed = completed;
        Session = new SigningSession(slot);
        _thread = new Thread(Work) { IsBackground = true, Name = name };
        _thread.Start();
    }

    public SigningSession Session { get; }

    /// <summary>False once it has left, or hangs.</summary>
    public bool IsOfUse => _thread.IsAlive && !Session.Watch.IsWrittenOff;

    public bool Join(TimeSpan timeout) => _thread.Join(timeout);

    /// <summary>
    /// For the watchdog, while the thread is inside the module: tells who waits for it, and takes what it has in hand.
    /// </summary>
    public void Abandon(List<SignJob> shed)
    {
        if (_isBusy)
        {
            _queue.WriteOff();
        }

        _current?.TellOverdue(_slot.Logger);
        _givingWay?.TellOverdue(_slot.Logger);
        for (var i = 0; i < _batch.Length; i++)
        {
            if (Interlocked.Exchange(ref _batch[i], null) is { } job)
            {
                shed.Add(job);
            }
        }
    }

    private void Work()
    {
        try
        {
            // Paced by the slot. A token that takes fewer sessions than configured gets fewer workers.
            if (!OpenAhead())
            {
                return;
            }

            for (int count, done = -1, most = 1; (count = _queue.Take(_batch!, most, done)) != 0;)
            {
                done = -1;
                _isBusy = count > 0;
                if (count < 0)
                {
                    KeepAlive();
                    continue;
                }

                var start = _slot.Time.GetTimestamp();
                done = RunAll(count);
                if (Session.Watch.IsWrittenOff)
                {
                    return;
                }

                if (Session.IsRefused)
                {
                    // The token has no session for this thread any more.
                    _queue.WriteOff();
                    return;
                }

                // What one thread has taken no other can take: never more than a moment's work.
                var each = _slot.Time.GetElapsedTime(start).Ticks / Math.Max(1, done);
                most = (int)Math.Clamp(s_mostTaken.Ticks / Math.Max(1, each), 1, BatchSize);
            }
        }
        catch (Exception e)
        {
            // An exception that left the thread would end the process; another takes its place.
            if (_isBusy && !Session.Watch.IsWrittenOff)
            {
                _queue.WriteOff();
            }

            Log.WorkerThrew(_slot.Logger, _slot.Token.Info, e);
        }
        finally
        {
            CloseSession();
        }
    }

    /// <summary>What is left of the batch; gives how many signatures that was.</summary>
    private int RunAll(int taken)
    {
        var signatures = 0;
        for (var i = 0; i < taken; i++)
        {
            if (Interlocked.Exchange(ref _batch[i], null) is { } job)
            {
                // Once it is told, the job is its owner's again.
                var count = job.Hashes.Count - job.Next;
                signatures += Run(job) ? count : 0;
            }
        }

        return signatures;
    }

    private bool OpenAhead()
    {
        if (!_slot.TryEnter())
        {
            return true;
        }

        try
        {
            Session.OpenAhead();
            return !Session.IsRefused && !Session.Watch.IsWrittenOff;
        }
        finally
        {
            _slot.Leave();
        }
    }

    private void KeepAlive()
    {
        if (_slot.TryEnter())
        {
            try
            {
                Session.KeepAlive();
            }
            finally
            {
                _slot.Leave();
            }
        }
    }

    private void CloseSession()
    {
        if (!_slot.TryEnter())
        {
            Session.Forget();
            return;
        }

        try
        {
            Session.Close();
        }
        finally
        {
            _slot.Leave();
        }
    }

    /// <summary>A bulk job lets one interactive job pass between any two of its signatures.</summary>
    /// <returns>False when it waits for its key, and is not this thread's any more.</returns>
    private bool Run(SignJob job)
    {
        if (_slot.TryEnter())
        {
            _slot.Begin(job);
            var outer = _current;
            JobProgress progress;
            _current = job;
            try
            {
                while ((progress = Session.Run(job, _queue.Interactive)) == JobProgress.GaveWay)
                {
                    if (!Session.Watch.IsWrittenOff && _queue.TryTakeInteractive(out var urgent))
                    {
                        _givingWay = job;
                        Run(urgent!);
                        _givingWay = null;
                    }
                }
            }
            catch (Exception e)
            {
                // An exception that left the thread would end the process, and others' jobs with it.
                Log.WorkerThrew(_slot.Logger, _slot.Token.Info, e);
                job.Outcome = SignOutcome.Failed;
                progress = JobProgress.Done;
            }

            _current = outer;
            _slot.End();
            _slot.Leave();
            if (progress == JobProgress.Parked || WasHandedBack(job))
            {
                return false;
            }
        }
        else
        {
            _slot.LeaveAlone(job);
        }

        _completed(job);
        return true;
    }

    /// <summary>
    /// The token has fewer sessions than threads wanted one: a job that met that goes to another thread.
    /// </summary>
    private bool WasHandedBack(SignJob job)
        => Session.IsRefused
            && job is { Outcome: SignOutcome.TokenUnavailable, Dispatched: false, WasOverdue: false }
            && _queue.TryAdd(job);
}
