using Appliance.Pkcs11.Interop;
using Microsoft.Extensions.Logging;

namespace Appliance.Pkcs11.Sessions;

/// <summary>
/// A slot whose module is in this process: sessions with threads of their own, or for callers to rent.
/// </summary>
internal sealed class LocalSlot : GroupSlot
{
    private readonly Slot _slot;
    private readonly SlotWorkers? _workers;
    private readonly SessionRental? _rental;
    private readonly SlotKeeper _keeper;
    private readonly SlotReports _reports;

    public LocalSlot(
        Token token, int index, SlotGroupOptions options, TimeProvider time, ILogger logger, SlotReports reports)
        : base(token, index)
    {
        _reports = reports;
        _slot = new Slot(token, index, options, time, logger);
        _keeper = new SlotKeeper(_slot, KeepAlive, () => HasThreads);
        _slot.Health.Changed = OnChanged;
        if (options.Dispatch == SlotDispatch.Workers)
        {
            _workers = new SlotWorkers(_slot, options.QueueLimit, job => reports.Done(job, this));
        }
        else
        {
            _rental = new SessionRental(_slot, options.QueueLimit);
        }

        Log.SlotStarted(logger, token.Info, _slot.SessionLimit, options.Dispatch);
    }

    public override SlotState State => _slot.Health.State;

    public override int Capacity => _slot.SessionLimit;

    public override int Waiting
        => _workers is { } workers ? workers.Queue.Count + workers.Queue.Lent : _rental!.Waiting;

    public override int InFlight => _slot.InFlight;

    public override long Latency => _slot.Health.Latency;

    public override uint LastError => _slot.Health.LastError;

    public override bool TryAdd(SignJob job) => _workers!.Queue.TryAdd(job);

    public override int AddAll(ReadOnlySpan<SignJob> jobs) => _workers!.Queue.AddAll(jobs);

    public override void Sign(SignJob job)
    {
        if (!_slot.TryEnter())
        {
            _slot.LeaveAlone(job);
            return;
        }

        SigningSession? session = null;
        var begun = false;
        try
        {
            session = _rental!.Rent(job, goesOn: false);
            if (session is null)
            {
                job.Outcome = job.Outcome == SignOutcome.None ? SignOutcome.NeverDispatched : job.Outcome;
                return;
            }

            _slot.Begin(job);
            begun = true;
            JobProgress progress;
            while ((progress = session.Run(job, _rental.Interactive)) != JobProgress.Done)
            {
                // Given back once only: a session that is there twice would serve two threads.
                var given = session;
                session = null;
                session = _rental.Exchange(given, job, waits: progress == JobProgress.Parked);
                if (session is null)
                {
                    _slot.LeaveAlone(job);
                    return;
                }
            }
        }
        catch (Exception e)
        {
            // The caller is a pool's thread: an exception that left it would end the process.
            Log.WorkerThrew(_slot.Logger, _slot.Token.Info, e);
            job.Outcome = SignOutcome.Failed;
        }
        finally
        {
            if (session is not null)
            {
                _rental!.Return(session);
            }

            if (begun)
            {
                _slot.End();
            }

            _slot.Leave();
        }
    }

    public override void SetDraining(bool draining) => _slot.Health.SetDraining(draining);

    public override void Watch()
    {
        var limit = _slot.Options.CallLimit;
        var shed = _workers?.Look(limit);
        var hangs = shed is not null || _rental?.Look(limit) == true;
        hangs |= _slot.Wrapped.Look(limit);
        if (_keeper.Look(limit) || hangs)
        {
            Log.CallHangs(_slot.Logger, _slot.Token.Info, limit.TotalSeconds);
        }

        if (hangs)
        {
            if (_workers is { HasThreads: false } || _rental?.Hanging >= _slot.SessionLimit)
            {
                _slot.Health.Gone(CKR.CKR_FUNCTION_FAILED);
            }
            else
            {
                _slot.Health.Suspect(CKR.CKR_FUNCTION_FAILED);
            }

            // First the queue, then new threads: they would meet the same.
            Shed([.. shed ?? [], .. TakeRest()]);
        }
        else if (State is SlotState.Quarantined or SlotState.Probing && Waiting > 0)
        {
            // Placed here just as it went out of service.
            Shed(TakeRest());
        }

        _workers?.Replace();
        if (_slot.Health.Serves && !HasThreads)
        {
            _slot.Health.Gone(CKR.CKR_FUNCTION_FAILED);
        }
    }

    public override void Stop()
    {
        _keeper.Stop();
        _workers?.Stop();
    }

    public override int Join(long start, TimeSpan timeout)
    {
        var left = _workers?.Join(_slot.Time, start, timeout) ?? _rental!.Stop(_slot.Time, start, timeout);
        left += _slot.Wrapped.Join(start, timeout);
        var rest = timeout - _slot.Time.GetElapsedTime(start);
        return left + (_keeper.Join(rest > TimeSpan.Zero ? rest : TimeSpan.Zero) ? 0 : 1);
    }

    public override List<SignJob> TakeRest() => _workers?.Queue.Drain() ?? [];

    public override SlotStatus ReadStatus()
    {
        var health = _slot.Health;
        return new SlotStatus(
            Token.Info, health.State, _slot.OpenSessions, Waiting, _slot.InFlight, LastError)
        {
            Signatures = health.Signatures,
            UnwrappedKeys = _slot.Wrapped.Count,
            Unwraps = _slot.Wrapped.Unwraps,
            Concurrency = _workers?.Queue.Concurrency ?? 0,
            WrongSignatures = health.WrongSignatures,
            SessionLimit = _slot.SessionLimit,
            Profile = Token.Profile.Name,
            Hanging = Hanging,
            Generation = health.Generation,
            LatencyMicroseconds = health.Latency,
            Errors = new Dictionary<uint, long>(health.Errors),
        };
    }

    private void KeepAlive()
    {
        _workers?.Queue.KeepAlive();
        _rental?.KeepAlive();
    }

    private bool HasThreads => _workers?.HasThreads ?? _rental is not { HasSessions: false };

    private int Hanging => _workers?.Hanging ?? _rental!.Hanging;

    /// <summary>What waits for a slot that is given nothing goes to others at once.</summary>
    private void OnChanged()
    {
        if (State is SlotState.Quarantined or SlotState.Suspect)
        {
            _keeper.Wake();
        }

        if (State == SlotState.Quarantined)
        {
            Shed(TakeRest());
        }

        _reports.Changed();
    }

    private void Shed(List<SignJob> jobs)
    {
        foreach (var job in jobs)
        {
            _slot.LeaveAlone(job);
            _reports.Done(job, this);
        }
    }
}
