namespace Appliance.Pkcs11.Hosting;

/// <summary>
/// What is in the child process that serves a slot. Everything that was sent leaves here exactly once: by its result,
/// or when the process has been waited for.
/// </summary>
internal sealed class SentJobs
{
    private readonly object _gate = new();
    private readonly Dictionary<uint, SentPiece> _pieces = [];
    private readonly TimeProvider _time;
    private readonly int _window;
    private HostChild? _child;
    private uint _lastPiece;
    private int _interactive;
    private int _bulk;
    private int _jobs;
    private long _lastResult;
    private bool _senderWaits;
    private volatile bool _waitsForBulk;

    /// <param name="window">Most hashes out, in each lane.</param>
    /// <param name="time">Clock.</param>
    public SentJobs(int window, TimeProvider time)
    {
        _window = window;
        _time = time;
    }

    /// <summary>Jobs of which something is out.</summary>
    public int Jobs => Volatile.Read(ref _jobs);

    /// <summary>Another process serves from now on; null for none.</summary>
    public void Begin(HostChild? child)
    {
        lock (_gate)
        {
            _child = child;
            _lastResult = _time.GetTimestamp();
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Takes a piece into account just before it is sent.</summary>
    /// <returns>False when that process serves no longer: it is not to be sent.</returns>
    public bool TryAdd(HostChild child, SentJob sent, int count, out uint number)
    {
        lock (_gate)
        {
            number = unchecked(++_lastPiece);
            if (_child != child)
            {
                return false;
            }

            if (_pieces.Count == 0)
            {
                _lastResult = _time.GetTimestamp();
            }

            _pieces.Add(number, new SentPiece(sent, sent.Next, count));
            Count(sent.Job) += count;
            if (sent.Open++ == 1 && sent.Next == sent.First)
            {
                Volatile.Write(ref _jobs, _jobs + 1);
            }

            sent.Next += count;
            return true;
        }
    }

    /// <summary>A piece whose result has come; null when no such piece is out.</summary>
    public SentPiece? Find(uint number)
    {
        lock (_gate)
        {
            return _pieces.GetValueOrDefault(number);
        }
    }

    /// <summary>A result is in place.</summary>
    /// <returns>True when its job is over now.</returns>
    public bool Remove(uint number, SignOutcome outcome, uint returnValue, int signed)
    {
        lock (_gate)
        {
            _lastResult = _time.GetTimestamp();
            _pieces.Remove(number, out var piece);
            var sent = piece!.Sent;
            sent.Job.SignedCount += signed;
            if (outcome != SignOutcome.Signed && sent.Failure == SignOutcome.None)
            {
                (sent.Failure, sent.ReturnValue) = (outcome, returnValue);
            }
            else if (outcome == SignOutcome.Signed && piece.Start == sent.First + sent.Done)
            {
                sent.Done += piece.Count;
            }

            return Close(piece);
        }
    }

    /// <summary>The sender is done with a job, sent as a whole or given up.</summary>
    /// <returns>True when it is over now.</returns>
    public bool Release(SentJob sent)
    {
        lock (_gate)
        {
            if (sent.Next < sent.Job.Hashes.Count && sent.Failure == SignOutcome.None)
            {
                (sent.Failure, sent.ReturnValue) = (SignOutcome.TokenUnavailable, (uint)Interop.CKR.CKR_DEVICE_REMOVED);
            }

            return Over(sent);
        }
    }

    /// <summary>Nothing that was in a process will come any more.</summary>
    /// <returns>The jobs that are over by it.</returns>
    public List<SentJob> Lose(HostChild child)
    {
        var over = new List<SentJob>();
        lock (_gate)
        {
            if (_child == child)
            {
                _child = null;
            }

            foreach (var piece in _pieces.Values)
            {
                if (piece.Sent.Failure == SignOutcome.None)
                {
                    piece.Sent.Failure = SignOutcome.TokenUnavailable;
                    piece.Sent.ReturnValue = (uint)Interop.CKR.CKR_DEVICE_REMOVED;
                }

                if (Close(piece))
                {
                    over.Add(piece.Sent);
                }
            }

            _pieces.Clear();
            Monitor.PulseAll(_gate);
        }

        return over;
    }

    /// <summary>
    /// Waits until there is room in a lane, or no process. For bulk work also until interactive work waits.
    /// </summary>
    /// <returns>False when interactive work is to go first.</returns>
    public bool WaitForRoom(bool isBulk, Sessions.InteractiveSignal interactive)
    {
        lock (_gate)
        {
            // Once it is full, half of it must be free: each time the sender wakes there is something to do.
            var room = (isBulk ? _bulk : _interactive) < _window ? _window : Math.Max(1, _window / 2);
            _waitsForBulk = isBulk;
            Interlocked.MemoryBarrier();
            while (_child is not null && (isBulk ? _bulk : _interactive) >= room)
            {
                if (isBulk && interactive.IsWaiting && _interactive < _window)
                {
                    break;
                }

                _senderWaits = true;
                Monitor.Wait(_gate);
                _senderWaits = false;
            }

            _waitsForBulk = false;
            return !(isBulk && interactive.IsWaiting && _interactive < _window);
        }
    }

    /// <summary>Interactive work has come: the sender may be waiting for room for bulk work.</summary>
    public void WakeForInteractive()
    {
        Interlocked.MemoryBarrier();
        if (_waitsForBulk)
        {
            lock (_gate)
            {
                Monitor.PulseAll(_gate);
            }
        }
    }

    /// <summary>The child has signed: what has not come back yet is at work.</summary>
    public void NoteProgress()
    {
        lock (_gate)
        {
            _lastResult = _time.GetTimestamp();
        }
    }

    /// <summary>True when something is out, and for so long nothing came back and nothing was signed.</summary>
    public bool IsOverdue(TimeSpan limit)
    {
        lock (_gate)
        {
            return _pieces.Count > 0 && _time.GetElapsedTime(_lastResult) > limit;
        }
    }

    /// <summary>Waits until nothing is out.</summary>
    public bool WaitUntilEmpty(TimeSpan timeout)
    {
        var start = TimeProvider.System.GetTimestamp();
        lock (_gate)
        {
            while (_jobs > 0)
            {
                var rest = timeout - TimeProvider.System.GetElapsedTime(start);
                if (rest <= TimeSpan.Zero)
                {
                    return false;
                }

                Monitor.Wait(_gate, rest);
            }

            return true;
        }
    }

    private ref int Count(SignJob job) => ref job.IsBulk ? ref _bulk : ref _interactive;

    private bool Close(SentPiece piece)
    {
        Count(piece.Sent.Job) -= piece.Count;
        if (_senderWaits)
        {
            Monitor.PulseAll(_gate);
        }

        return Over(piece.Sent);
    }

    private bool Over(SentJob sent)
    {
        if (--sent.Open > 0)
        {
            return false;
        }

        if (sent.Next > sent.First)
        {
            Volatile.Write(ref _jobs, _jobs - 1);
            if (_jobs == 0)
            {
                Monitor.PulseAll(_gate);
            }
        }

        return true;
    }
}
