using Appliance.Pkcs11.Hosting;
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

    private const int MaxVerifyOneIn = 1_000_000;

    /// <summary>More than any load.</summary>
    private const double SuspectPenalty = 1e18;

    /// <summary>How often, within the limit of a call, the watchdog looks.</summary>
    private const int LooksPerCallLimit = 8;

    /// <summary>So many looks late, and a moment more, and it was the process that stood still.</summary>
    private const int LooksUntilFrozen = 4;

    private static readonly TimeSpan s_freeze = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_shortestLook = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_longestLook = TimeSpan.FromMilliseconds(500);

    private readonly Lock _stateGate = new();
    private readonly SlotGroupOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _adding = new();
    private readonly SlotReports _reports;
    private readonly ITimer _watch;
    private readonly TimeSpan _look;
    private volatile GroupSlot[] _slots = [];
    private bool _wasServing = true;
    private int _watching;
    private long _lastLook;
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
        ArgumentOutOfRangeException.ThrowIfLessThan(options.VerifyOneIn, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.VerifyOneIn, MaxVerifyOneIn, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.CallLimit, TimeSpan.Zero, nameof(options));
        _options = options;
        _time = time ?? TimeProvider.System;
        _logger = logger ?? NullLogger.Instance;
        _reports = new SlotReports(Finish, TellWhetherItServes);
        foreach (var token in tokens)
        {
            Add(token);
        }

        var look = options.CallLimit / LooksPerCallLimit;
        look = look < s_shortestLook ? s_shortestLook : look > s_longestLook ? s_longestLook : look;
        _look = look;
        _watch = _time.CreateTimer(_ => Watch(), null, look, look);
    }

    /// <summary>Workers or inline.</summary>
    public SlotDispatch Dispatch => _options.Dispatch;

    /// <summary>True from the beginning of Dispose on.</summary>
    public bool IsStopping => Volatile.Read(ref _disposed) != 0;

    /// <summary>Jobs that its slots can work on at once.</summary>
    public int Capacity
    {
        get
        {
            var sessions = 0;
            foreach (var slot in _slots)
            {
                sessions += slot?.Capacity ?? 0;
            }

            return sessions;
        }
    }

    /// <summary>
    /// False while no slot signs: then every job ends as <see cref="SignOutcome.TokenUnavailable"/> at once.
    /// </summary>
    public bool IsServing
    {
        get
        {
            foreach (var slot in _slots)
            {
                if (slot.State is SlotState.Ready or SlotState.Suspect)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Every slot at this moment.</summary>
    public IReadOnlyList<SlotStatus> Slots => [.. _slots.Select(slot => slot.ReadStatus())];

    /// <summary>Takes a slot out of service, which finishes what it has, or brings it back, which probes it.</summary>
    /// <param name="index">Its place in <see cref="Slots"/>.</param>
    /// <param name="draining">True to take it out.</param>
    public void SetDraining(int index, bool draining) => _slots[index].SetDraining(draining);

    /// <summary>
    /// Hands a job to the least loaded healthy slot; <see cref="SignJob.Completed"/> tells when it is done. Never
    /// blocks.
    /// </summary>
    /// <returns>
    /// False when the queues are full or the group is stopping: then the outcome is NeverDispatched; or when no slot
    /// signs: then it is TokenUnavailable. Completed is not called, and nothing was or will be signed.
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

        if (_slots is [var only] && IsServing)
        {
            var added = only.AddAll(jobs);
            foreach (var job in jobs[added..])
            {
                job.Outcome = SignOutcome.NeverDispatched;
            }

            return added;
        }

        for (var taken = 0; taken < jobs.Length; taken++)
        {
            if (!Place(jobs[taken], SignOutcome.NeverDispatched))
            {
                foreach (var job in jobs[(taken + 1)..])
                {
                    (job.Outcome, job.ReturnValue) = (jobs[taken].Outcome, jobs[taken].ReturnValue);
                }

                return taken;
            }
        }

        return jobs.Length;
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
            slot.Sign(job);
            if (!MayHelpElsewhere(job))
            {
                break;
            }

            job.TriedSlots |= 1UL << slot.Index;
        }

        if (job.Outcome == SignOutcome.None)
        {
            NoSlot(job);
        }

        Tell(job);
    }

    /// <summary>A further token that holds the same keys joins: one that was missing when the group was made.</summary>
    /// <param name="token">Logged in; it outlives the group.</param>
    /// <exception cref="InvalidOperationException">The group has as many as it can, or is stopping.</exception>
    public void Add(Token token)
    {
        ArgumentNullException.ThrowIfNull(token);
        lock (_adding)
        {
            ObjectDisposedException.ThrowIf(IsStopping, this);
            var slots = _slots;
            if (slots.Length == MaxTokens)
            {
                throw new InvalidOperationException($"A group has at most {MaxTokens} tokens.");
            }

            _slots = [.. _slots, Make(token, _slots.Length)];
        }

        TellWhetherItServes();
    }

    /// <summary>
    /// Takes no new jobs, finishes what is queued, closes the sessions. What is still queued after
    /// <see cref="SlotGroupOptions.StopTimeout"/> completes as NeverDispatched; a call that never returns keeps its
    /// thread and its job is not completed.
    /// </summary>
    public void Dispose()
    {
        lock (_adding)
        {
            if (Interlocked.Exchange(ref _disposed, 1) != 0)
            {
                return;
            }
        }

        var start = _time.GetTimestamp();
        foreach (var slot in _slots)
        {
            slot.Stop();
        }

        foreach (var slot in _slots)
        {
            var left = slot.Join(start, _options.StopTimeout);
            if (left > 0)
            {
                Log.LeftBehind(_logger, slot.Token.Info, left);
                slot.Token.KeepModule();
            }
        }

        _watch.Dispose();
        foreach (var job in _slots.SelectMany(slot => slot.TakeRest()))
        {
            // What has signed some of its hashes, and waited for its key since, was dispatched.
            var left = job.Dispatched ? SignOutcome.TokenUnavailable : SignOutcome.NeverDispatched;
            job.Outcome = job.Outcome == SignOutcome.None ? left : job.Outcome;
            Tell(job);
        }
    }

    private GroupSlot Make(Token token, int index)
    {
        var options = _options.SessionsOf is { } sessionsOf
            ? _options with { Sessions = Math.Clamp(sessionsOf(token), 0, MaxSessions), SessionsOf = null }
            : _options;
        return token.Api is RemoteCryptoki remote
            ? new HostedSlot(remote.Host, token, index, options, _time, _logger, _reports)
            : new LocalSlot(token, index, options, _time, _logger, _reports);
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
        => job.Outcome is SignOutcome.TokenUnavailable or SignOutcome.KeyUnusable && !job.WasOverdue;

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
        var isFull = false;
        for (var slot = Pick(job); slot is not null; slot = Pick(job))
        {
            if (slot.TryAdd(job))
            {
                return true;
            }

            isFull = true;
            job.TriedSlots |= 1UL << slot.Index;
        }

        if (isFull && otherwise == SignOutcome.KeyUnusable)
        {
            // One that may have the key has no room now.
            NoSlot(job);
        }
        else if (isFull || IsStopping || otherwise != SignOutcome.NeverDispatched)
        {
            job.Outcome = otherwise;
        }
        else
        {
            NoSlot(job);
        }

        return false;
    }

    private void NoSlot(SignJob job)
    {
        job.Outcome = SignOutcome.TokenUnavailable;
        job.ReturnValue = _slots[0].LastError;
    }

    /// <summary>
    /// The ready slot that will be done with the job soonest, of those not tried yet: its waiting and running jobs per
    /// session, times what a signature takes there, once all have signed. A suspect one is the last resort; others are
    /// given nothing.
    /// </summary>
    private GroupSlot? Pick(SignJob job)
    {
        GroupSlot? best = null;
        var bestLoad = double.MaxValue;
        var slots = _slots;
        var isMeasured = Array.TrueForAll(slots, static slot => slot.Latency > 0);
        foreach (var slot in slots)
        {
            var state = slot.State;
            if (state is not (SlotState.Ready or SlotState.Suspect) || (job.TriedSlots & (1UL << slot.Index)) != 0)
            {
                continue;
            }

            if (slots.Length == 1)
            {
                return slot;
            }

            var load = (isMeasured ? slot.Latency : 1.0) * (1 + slot.Waiting + slot.InFlight) / slot.Capacity;
            load += state == SlotState.Ready ? 0 : SuspectPenalty;
            if (load < bestLoad)
            {
                best = slot;
                bestLoad = load;
            }
        }

        return best;
    }

    private void Watch()
    {
        if (Interlocked.Exchange(ref _watching, 1) != 0)
        {
            return;
        }

        try
        {
            // A process that was frozen finds all its calls overdue: they get a moment to return first.
            var now = _time.GetTimestamp();
            var wasFrozen = _lastLook != 0
                && _time.GetElapsedTime(_lastLook, now) > (LooksUntilFrozen * _look) + s_freeze;
            _lastLook = now;
            foreach (var slot in wasFrozen ? [] : _slots)
            {
                slot.Watch();
            }
        }
        catch (Exception e)
        {
            Log.WatchdogThrew(_logger, e);
        }
        finally
        {
            Volatile.Write(ref _watching, 0);
        }
    }

    /// <summary>
    /// One event when the last slot goes and one when the first is back, however many requests there are.
    /// </summary>
    private void TellWhetherItServes()
    {
        lock (_stateGate)
        {
            // While the group is being made its first slot is not there yet.
            var serves = IsServing;
            if (serves == _wasServing || _slots.Length == 0 || _options.IsPart)
            {
                return;
            }

            _wasServing = serves;
            if (serves)
            {
                Log.GroupUp(_logger);
            }
            else if (Array.TrueForAll(_slots, static slot => slot.State == SlotState.Draining))
            {
                Log.GroupDrained(_logger);
            }
            else
            {
                Log.GroupDown(_logger);
            }
        }
    }

    /// <summary>
    /// A worker is done with a job: another slot tries what this one could not, else the owner is told.
    /// </summary>
    private void Finish(SignJob job, GroupSlot slot)
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

    /// <summary>
    /// The key is on none of the slots that were asked. One that could not be asked may have it: that is an outage,
    /// which passes, and not the end of the key.
    /// </summary>
    private void AllowForMissing(SignJob job)
    {
        foreach (var slot in _slots)
        {
            if (slot.State is not (SlotState.Ready or SlotState.Suspect))
            {
                job.Outcome = SignOutcome.TokenUnavailable;
                job.ReturnValue = slot.LastError;
                return;
            }
        }
    }

    private void Tell(SignJob job)
    {
        job.DropAnswer();
        if (job.Outcome == SignOutcome.KeyUnusable)
        {
            AllowForMissing(job);
        }

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
