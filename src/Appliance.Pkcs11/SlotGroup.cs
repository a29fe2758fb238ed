using Appliance.Pkcs11.Sessions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Pkcs11;

/// <summary>
/// The data plane: signs hashes on the sessions of one or several tokens that hold the same keys, the least loaded
/// healthy one first. Tokens must be logged in, and outlive the group.
/// </summary>
public sealed class SlotGroup : IDisposable
{
    private const int MaxTokens = 64;
    private const int MaxSessions = 1024;
    private const int MaxOwners = 64;

    private readonly SlotGroupOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Slot[] _slots;
    private readonly SlotWorkers[] _workers = [];
    private readonly SessionRental[] _rentals = [];
    private int _disposed;

    /// <summary>Opens the group; in <see cref="SlotDispatch.Workers"/> its threads start.</summary>
    /// <param name="tokens">1 to 64 tokens, logged in.</param>
    /// <param name="options">Limits.</param>
    /// <param name="time">Clock; null takes the system's.</param>
    /// <param name="logger">Null logs nothing.</param>
    /// <exception cref="ArgumentException">A limit is out of range.</exception>
    public SlotGroup(
        IReadOnlyList<Token> tokens, SlotGroupOptions options, TimeProvider? time = null, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfZero(tokens.Count, nameof(tokens));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens.Count, MaxTokens, nameof(tokens));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Sessions, MaxSessions, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.Sessions, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.QueueLimit, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.WrappedOwners, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.WrappedOwners, MaxOwners, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.WrappedKeyCache, 1, nameof(options));
        _options = options;
        _time = time ?? TimeProvider.System;
        _logger = logger ?? NullLogger.Instance;
        _slots = [.. tokens.Select((token, index) => new Slot(token, index, options, _time, _logger))];
        foreach (var slot in _slots)
        {
            Log.SlotStarted(_logger, slot.Token.Info, slot.SessionLimit, options.Dispatch);
        }

        if (options.Dispatch == SlotDispatch.Workers)
        {
            _workers = [.. _slots.Select(slot => new SlotWorkers(slot, options.QueueLimit, Finish))];
        }
        else
        {
            _rentals = [.. _slots.Select(slot => new SessionRental(slot, options.QueueLimit))];
        }
    }

    /// <summary>Workers or inline.</summary>
    public SlotDispatch Dispatch => _options.Dispatch;

    /// <summary>True from the beginning of Dispose on.</summary>
    public bool IsStopping => Volatile.Read(ref _disposed) != 0;

    /// <summary>Every slot at this moment.</summary>
    public IReadOnlyList<SlotStatus> Slots
        => [.. _slots.Select(slot => new SlotStatus(
            slot.Token.Info, slot.IsHealthy ? SlotState.Ready : SlotState.Quarantined, slot.OpenSessions, Waiting(slot), slot.InFlight, slot.LastError)
        {
            Signatures = slot.Signatures,
            UnwrappedKeys = slot.Wrapped.Count,
            Unwraps = slot.Wrapped.Unwraps,
        })];

    /// <summary>
    /// Hands a job to the least loaded healthy slot; <see cref="SignJob.Completed"/> tells when it is done. Never
    /// blocks.
    /// </summary>
    /// <returns>
    /// False when the queues are full or the group is stopping: then the outcome is NeverDispatched, Completed is not
    /// called, and nothing was or will be signed.
    /// </returns>
    /// <exception cref="ArgumentException">The scheme does not fit the key, or a hash is not of its length.</exception>
    /// <exception cref="InvalidOperationException">The group works inline.</exception>
    public bool TryEnqueue(SignJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        Begin(job, SlotDispatch.Workers);
        return Place(job, SignOutcome.NeverDispatched);
    }

    /// <summary>Hands over several at once, waking no more workers than there are jobs for.</summary>
    /// <returns>How many were taken; those behind were refused as by <see cref="TryEnqueue(SignJob)"/>.</returns>
    /// <exception cref="ArgumentException">As for one; then none was taken.</exception>
    /// <exception cref="InvalidOperationException">The group works inline.</exception>
    public int TryEnqueue(ReadOnlySpan<SignJob> jobs)
    {
        foreach (var job in jobs)
        {
            Begin(job, SlotDispatch.Workers);
        }

        var taken = _slots.Length == 1 ? _workers[0].Queue.AddAll(jobs) : 0;
        if (_slots.Length > 1)
        {
            while (taken < jobs.Length && Place(jobs[taken], SignOutcome.NeverDispatched))
            {
                taken++;
            }
        }

        foreach (var job in jobs[taken..])
        {
            job.Outcome = SignOutcome.NeverDispatched;
        }

        return taken;
    }

    /// <summary>
    /// Signs on the calling thread with a rented session, waiting for one when all are busy. Completed is called before
    /// it returns. When too many wait already, or the group is stopping, the outcome is NeverDispatched.
    /// </summary>
    /// <exception cref="ArgumentException">The scheme does not fit the key, or a hash is not of its length.</exception>
    /// <exception cref="InvalidOperationException">The group has workers.</exception>
    public void Sign(SignJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        Begin(job, SlotDispatch.Inline);
        for (var slot = Pick(job); slot is not null; slot = Pick(job))
        {
            SignOn(slot, job);
            if (!MayHelpElsewhere(job))
            {
                break;
            }

            job.TriedSlots |= 1UL << slot.Index;
        }

        Tell(job);
    }

    /// <summary>
    /// Takes no new jobs, finishes what is queued, closes the sessions. What is still queued after
    /// <see cref="SlotGroupOptions.StopTimeout"/> completes as NeverDispatched; a call that never returns keeps its
    /// thread and its job is not completed.
    /// </summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        var start = _time.GetTimestamp();
        foreach (var slot in _slots)
        {
            slot.Wrapped.StopParking(start, _options.StopTimeout);
        }

        foreach (var workers in _workers)
        {
            workers.Queue.Stop();
        }

        foreach (var slot in _slots)
        {
            var left = _options.Dispatch == SlotDispatch.Workers
                ? _workers[slot.Index].Join(_time, start, _options.StopTimeout)
                : _rentals[slot.Index].Stop(_time, start, _options.StopTimeout);
            left += slot.Wrapped.Join(start, _options.StopTimeout);
            if (left > 0)
            {
                Log.LeftBehind(_logger, slot.Token.Info, left);
                slot.Token.KeepModule();
            }
        }

        foreach (var job in _workers.SelectMany(workers => workers.Queue.Drain()))
        {
            job.Outcome = job.Outcome == SignOutcome.None ? SignOutcome.NeverDispatched : job.Outcome;
            Tell(job);
        }
    }

    private static void Check(SignJob job)
    {
        var hashes = job.Hashes;
        ArgumentOutOfRangeException.ThrowIfZero(hashes.Count, nameof(job));
        for (var i = 0; i < hashes.Count; i++)
        {
            Token.CheckFit(job.Key, job.Scheme, hashes[i]);
        }
    }

    private static bool MayHelpElsewhere(SignJob job)
        => job.Outcome is SignOutcome.TokenUnavailable or SignOutcome.KeyUnusable;

    /// <summary>Inline only: on a session of this slot, if one can be had.</summary>
    private void SignOn(Slot slot, SignJob job)
    {
        var rental = _rentals[slot.Index];
        SigningSession? session = null;
        var entered = false;
        try
        {
            session = rental.Rent(job.IsBulk, goesOn: false);
            if (session is null)
            {
                job.Outcome = job.Outcome == SignOutcome.None ? SignOutcome.NeverDispatched : job.Outcome;
                return;
            }

            slot.Enter();
            entered = true;
            JobProgress progress;
            while ((progress = session.Run(job, rental.Interactive)) != JobProgress.Done)
            {
                // Given back once only: a session that is there twice would serve two threads.
                rental.Return(session);
                session = null;
                if (progress == JobProgress.Parked)
                {
                    job.Wait!.Wait();
                    session = rental.Rent(job.IsBulk, goesOn: true)!;
                    slot.Wrapped.Leave();
                    continue;
                }

                session = rental.Rent(job.IsBulk, goesOn: true)!;
            }
        }
        catch (Exception e)
        {
            // The caller is a pool's thread: an exception that left it would end the process.
            Log.WorkerThrew(_logger, slot.Token.Info, e);
            job.Outcome = SignOutcome.Failed;
        }
        finally
        {
            if (session is not null)
            {
                rental.Return(session);
            }

            if (entered)
            {
                slot.Leave();
            }
        }
    }

    private void Begin(SignJob job, SlotDispatch dispatch)
    {
        if (_options.Dispatch != dispatch)
        {
            throw new InvalidOperationException($"This group works by {_options.Dispatch}, not by {dispatch}.");
        }

        Check(job);
        job.Start();
    }

    /// <summary>Workers only: into the queue of the best slot, or of the next best when that is full.</summary>
    private bool Place(SignJob job, SignOutcome otherwise)
    {
        for (var slot = Pick(job); slot is not null; slot = Pick(job))
        {
            if (_workers[slot.Index].Queue.TryAdd(job))
            {
                return true;
            }

            job.TriedSlots |= 1UL << slot.Index;
        }

        job.Outcome = otherwise;
        return false;
    }

    /// <summary>The healthy slot with the least waiting and running per session, of those not tried yet.</summary>
    private Slot? Pick(SignJob job)
    {
        Slot? best = null;
        var bestLoad = long.MaxValue;
        foreach (var slot in _slots)
        {
            if ((job.TriedSlots & (1UL << slot.Index)) != 0)
            {
                continue;
            }

            // In thousandths of a job per session; a slot that is down is the last resort.
            var load = 1000L * (Waiting(slot) + slot.InFlight) / slot.SessionLimit;
            load += slot.IsHealthy ? 0 : long.MaxValue / 2;
            if (load < bestLoad)
            {
                best = slot;
                bestLoad = load;
            }
        }

        return best;
    }

    private int Waiting(Slot slot)
        => slot.Wrapped.Parked
            + (_options.Dispatch == SlotDispatch.Workers
                ? _workers[slot.Index].Queue.Count
                : _rentals[slot.Index].Waiting);

    /// <summary>
    /// A worker is done with a job: another slot tries what this one could not, else the owner is told.
    /// </summary>
    private void Finish(SignJob job, Slot slot)
    {
        if (_slots.Length > 1 && MayHelpElsewhere(job))
        {
            job.TriedSlots |= 1UL << slot.Index;
            if (Place(job, job.Outcome))
            {
                return;
            }
        }

        Tell(job);
    }

    private void Tell(SignJob job)
    {
        job.DropTicket();
        try
        {
            job.Completed?.Invoke(job);
        }
        catch (Exception e)
        {
            Log.CallbackThrew(_logger, e);
        }
    }
}
