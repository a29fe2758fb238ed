namespace Appliance.Pkcs11.Sessions;

/// <summary>
/// Sessions of one slot for calling threads to rent. Opened when needed, up to the slot's limit; callers beyond it
/// wait, interactive ones first, up to a limit of their own.
/// </summary>
internal sealed class SessionRental
{
    private readonly object _gate = new();
    private readonly Slot _slot;
    private readonly int _waitLimit;
    private readonly List<SigningSession> _idle = [];
    private readonly Dictionary<SigningSession, SignJob> _rented = [];
    private int _made;
    private int _most = int.MaxValue;
    private int _hanging;
    private int _waitingBulk;
    private int _away;
    private bool _stopped;

    public SessionRental(Slot slot, int waitLimit)
    {
        _slot = slot;
        _waitLimit = waitLimit;
    }

    public InteractiveSignal Interactive { get; } = new();

    public int Waiting => Interactive.Waiting + Volatile.Read(ref _waitingBulk);

    /// <summary>Callers whose calls have not returned in time.</summary>
    public int Hanging => Volatile.Read(ref _hanging);

    /// <summary>False when so many callers hang in the module that no more are let in.</summary>
    public bool HasSessions => Hanging < 2 * _slot.SessionLimit;

    /// <summary>
    /// A session, perhaps after waiting; null when stopping, when too many wait, or when the token has none for
    /// anybody.
    /// </summary>
    /// <param name="job">Bulk jobs wait behind interactive callers.</param>
    /// <param name="goesOn">
    /// A bulk job that gave way: it was admitted before, so neither limit nor stop holds it.
    /// </param>
    public SigningSession? Rent(SignJob job, bool goesOn)
    {
        while (true)
        {
            SigningSession session;
            lock (_gate)
            {
                if (!goesOn && (_stopped || (!IsFree(job.IsBulk) && Waiting >= _waitLimit)))
                {
                    return null;
                }

                Wait(job.IsBulk);
                if (Pop() is { } idle)
                {
                    _rented[idle] = job;
                    return idle;
                }

                _made++;
                session = new SigningSession(_slot);
                _rented[session] = job;
            }

            session.OpenAhead();
            if (!session.IsRefused)
            {
                return session;
            }

            // The token has no more than it has: give the place back and wait for one of the sessions there are.
            lock (_gate)
            {
                _rented.Remove(session);
                Unmake(session);
                _most = _made;
                if (_made == 0)
                {
                    return null;
                }
            }

            goesOn = true;
        }
    }

    /// <summary>Gives one back and gets another, perhaps after waiting for the job's key in between.</summary>
    /// <returns>Null when the token has none for anybody.</returns>
    public SigningSession? Exchange(SigningSession session, SignJob job, bool waits)
    {
        lock (_gate)
        {
            _away++;
        }

        Return(session);
        if (waits)
        {
            job.Wait!.Wait();
        }

        var next = Rent(job, goesOn: true);
        lock (_gate)
        {
            _away--;
        }

        return next;
    }

    /// <summary>Gives it back; the caller is inside the slot.</summary>
    public void Return(SigningSession session)
    {
        lock (_gate)
        {
            _rented.Remove(session);
            if (!session.Watch.IsWrittenOff && !session.IsRefused)
            {
                _idle.Add(session);
                Wake();
                return;
            }

            Unmake(session);
            Wake();
        }

        session.Close();
    }

    /// <summary>Uses each idle session, lest the token ends it.</summary>
    public void KeepAlive()
    {
        SigningSession[] sessions;
        lock (_gate)
        {
            // A while has passed: perhaps the token has room again.
            _most = int.MaxValue;
            sessions = [.. _idle];
        }

        foreach (var session in sessions)
        {
            lock (_gate)
            {
                if (!_idle.Remove(session))
                {
                    continue;
                }
            }

            try
            {
                session.KeepAlive();
            }
            finally
            {
                lock (_gate)
                {
                    _idle.Add(session);
                    Wake();
                }
            }
        }
    }

    /// <summary>
    /// Looks for callers that hang in the module; another session may be opened in the place of theirs.
    /// </summary>
    /// <returns>True when one hangs that did not before.</returns>
    public bool Look(TimeSpan limit)
    {
        lock (_gate)
        {
            var found = false;
            foreach (var (session, job) in _rented)
            {
                if (session.Watch.IsWrittenOff || !session.Watch.Look(limit, () => job.TellOverdue(_slot.Logger)))
                {
                    continue;
                }

                found = true;
                _made--;
                _hanging++;
                Wake();
            }

            return found;
        }
    }

    /// <summary>Admits nobody new, waits for those inside, closes the sessions.</summary>
    /// <returns>Sessions that did not come back.</returns>
    public int Stop(TimeProvider time, long start, TimeSpan timeout)
    {
        lock (_gate)
        {
            _stopped = true;
            while (_idle.Count < _made || Waiting > 0 || _away > 0)
            {
                var rest = timeout - time.GetElapsedTime(start);
                if (rest <= TimeSpan.Zero || !Monitor.Wait(_gate, rest))
                {
                    break;
                }
            }

            var inside = _slot.TryEnter();
            while (Pop() is { } session)
            {
                if (inside)
                {
                    session.Close();
                }

                _made--;
            }

            if (inside)
            {
                _slot.Leave();
            }

            return _made + _hanging;
        }
    }

    private bool IsFree(bool isBulk)
        => (_idle.Count > 0 || _made < Math.Min(_slot.SessionLimit, _most)) && (!isBulk || !Interactive.IsWaiting);

    private void Wait(bool isBulk)
    {
        while (!IsFree(isBulk))
        {
            Count(isBulk, 1);
            Monitor.Wait(_gate);
            Count(isBulk, -1);
        }

        // A bulk caller that was woken while interactive ones waited went back to sleep; now it may be its turn.
        if (!isBulk && _waitingBulk > 0)
        {
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>The one used last: its handles are the warmest.</summary>
    private SigningSession? Pop()
    {
        if (_idle.Count == 0)
        {
            return null;
        }

        var last = _idle[^1];
        _idle.RemoveAt(_idle.Count - 1);
        return last;
    }

    /// <summary>One session fewer; one that hangs has been counted out before.</summary>
    private void Unmake(SigningSession session)
    {
        if (session.Watch.IsWrittenOff)
        {
            _hanging--;
        }
        else
        {
            _made--;
        }

        _most = int.MaxValue;
    }

    private void Count(bool isBulk, int change)
    {
        if (isBulk)
        {
            _waitingBulk += change;
        }
        else
        {
            Interactive.Waiting += change;
        }
    }

    /// <summary>One waiter is enough where all are of one kind; a stop waits here too.</summary>
    private void Wake()
    {
        if (_stopped || (_waitingBulk > 0 && Interactive.IsWaiting))
        {
            Monitor.PulseAll(_gate);
        }
        else
        {
            Monitor.Pulse(_gate);
        }
    }
}
