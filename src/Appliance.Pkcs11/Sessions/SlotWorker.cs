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

    public bool Join(TimeSpan timeout) => _thread.Join(timeout);

    /// <summary>
    /// For the watchdog, while the thread is inside the module: tells who waits for it, and takes what it has in hand.
    /// </summary>
    public void Abandon(List<SignJob> shed)
    {
        _queue.WriteOff();
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

            for (int count, done = -1, most = 1; (count = _queue.Take(_batch!, most, done)) > 0;)
            {
                var start = _slot.Time.GetTimestamp();
                done = RunAll(count);
                if (Session.Watch.IsWrittenOff)
                {
                    return;
                }

                // What one thread has taken no other can take: never more than a moment's work.
                var each = _slot.Time.GetElapsedTime(start).Ticks / Math.Max(1, done);
                most = (int)Math.Clamp(s_mostTaken.Ticks / Math.Max(1, each), 1, BatchSize);
            }
        }
        finally
        {
            CloseSession();
        }
    }

    /// <summary>What is left of the batch; gives how many signatures that was.</summary>
    private int RunAll(int count)
    {
        var signatures = 0;
        for (var i = 0; i < count; i++)
        {
            if (Interlocked.Exchange(ref _batch[i], null) is { } job)
            {
                // Once it is told, the job is its owner's again.
                signatures += job.Hashes.Count - job.Next;
                Run(job);
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

        var returnValue = Session.OpenAhead();
        _slot.Leave();
        return returnValue != Interop.CKR.CKR_SESSION_COUNT || _slot.OpenSessions == 0;
    }

    private void CloseSession()
    {
        if (_slot.TryEnter())
        {
            Session.Close();
            _slot.Leave();
        }
    }

    /// <summary>A bulk job lets one interactive job pass between any two of its signatures.</summary>
    private void Run(SignJob job)
    {
        if (_slot.TryEnter())
        {
            _slot.Begin(job);
            var outer = _current;
            _current = job;
            try
            {
                while (!Session.Run(job, _queue.Interactive))
                {
                    if (_queue.TryTakeInteractive(out var urgent))
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
            }

            _current = outer;
            _slot.End();
            _slot.Leave();
        }
        else
        {
            _slot.LeaveAlone(job);
        }

        _completed(job);
    }
}
