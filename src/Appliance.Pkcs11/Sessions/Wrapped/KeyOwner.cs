using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Appliance.Pkcs11.Interop;

namespace Appliance.Pkcs11.Sessions.Wrapped;

/// <summary>
/// One thread with a session of its own and the keys it has unwrapped there. Finding and pinning a key takes no lock;
/// a missing one is asked for here, once however many jobs want it. Keys that go are those not used since the clock's
/// hand came by last (CLOCK), and never one that is pinned.
/// </summary>
internal sealed class KeyOwner
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);

    private readonly object _gate = new();
    private readonly ConcurrentDictionary<KeyReference, WrappedEntry> _entries = new();
    private readonly Queue<WrappedEntry> _interactive = new();
    private readonly Queue<WrappedEntry> _bulk = new();
    private readonly Action<SignJob> _resume;
    private readonly CallWatch _watch;
    private readonly KeyShelf _shelf;
    private readonly string _name;
    private Thread? _thread;
    private volatile bool _wantsRoom;
    private bool _stopped;
    private long _unwraps;

    /// <param name="slot">Whose keys.</param>
    /// <param name="name">Of the thread.</param>
    /// <param name="resume">Told of each job that has waited, without a lock held.</param>
    public KeyOwner(Slot slot, string name, Action<SignJob> resume)
    {
        Slot = slot;
        _name = name;
        _resume = resume;
        _watch = new CallWatch(slot);
        _shelf = new KeyShelf(slot, slot.Options.WrappedKeyCache, Forget);
    }

    public Slot Slot { get; }

    /// <summary>All keys are in use and the owner waits for one.</summary>
    public bool WantsRoom => _wantsRoom;

    /// <summary>Keys unwrapped now.</summary>
    public int Count => _shelf.Count;

    public long Unwraps => Volatile.Read(ref _unwraps);

    /// <summary>The key, pinned; null when it must be asked for.</summary>
    public FoundKey? TryPin(KeyReference key, int generation)
        => _entries.TryGetValue(key, out var entry)
            && entry.Found is { } found
            && found.Generation == generation
            && !entry.IsDropped
            && entry.TryPin()
                ? found
                : null;

    /// <summary>Asks for a key: the job gets its answer, and is resumed.</summary>
    /// <param name="job">Not the caller's any more, unless it is told otherwise.</param>
    /// <param name="generation">The slot's.</param>
    /// <param name="found">The key, pinned, when it has come in the meantime; then the job is not resumed.</param>
    /// <returns>False when the owner has stopped; then the job is not resumed either.</returns>
    public bool TryRequest(SignJob job, int generation, out FoundKey? found)
    {
        lock (_gate)
        {
            found = TryPin(job.Key, generation);
            if (found is not null || _stopped)
            {
                return found is not null;
            }

            if (!_entries.TryGetValue(job.Key, out var entry) || entry.Waiting is null)
            {
                entry = new WrappedEntry(this, job.Key);
                _entries[job.Key] = entry;
            }

            Enqueue(entry, job);
            if (_thread is null)
            {
                _thread = new Thread(Work) { IsBackground = true, Name = _name };
                _thread.Start();
            }

            Monitor.Pulse(_gate);
            return true;
        }
    }

    /// <summary>A key turned out to be another than its name says, or its handle to be stale.</summary>
    public void Condemn(KeyReference key, bool isStale)
    {
        if (_entries.TryGetValue(key, out var entry) && entry.Found is not null)
        {
            entry.Condemn(isStale);
            Forget(entry);
        }
    }

    public void Wake()
    {
        lock (_gate)
        {
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>For the watchdog: true, once, when the thread has been inside the module for too long.</summary>
    /// <param name="limit">Longest that a call may take.</param>
    /// <param name="replace">Called before those who wait are told: they may come again at once.</param>
    public bool Look(TimeSpan limit, Action replace)
        => _watch.Look(
            limit,
            () =>
            {
                replace();
                WriteOff();
            });

    /// <summary>Takes no more requests; the thread leaves when those it has are done.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _stopped = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <returns>False when it has not left in time.</returns>
    public bool Join(TimeSpan timeout) => _thread?.Join(timeout) ?? true;

    /// <summary>Tells everybody who waits that it was in vain.</summary>
    public void GiveUp()
    {
        List<WrappedEntry> given;
        lock (_gate)
        {
            given = [.. _entries.Values.Where(entry => entry.Waiting is not null)];
        }

        given.ForEach(entry => Fail(entry, CKR.CKR_FUNCTION_FAILED, isFinal: true));
    }

    /// <summary>The call hangs: another owner takes its place, and when it returns, it ends.</summary>
    private void WriteOff()
    {
        Stop();
        foreach (var entry in _entries.Values)
        {
            entry.Condemn(isStale: true);
        }

        GiveUp();
    }

    /// <summary>Interactive work pulls what it waits for forward; the second time it is found to be done.</summary>
    private void Enqueue(WrappedEntry entry, SignJob job)
    {
        var isFirst = entry.Waiting!.Count == 0;
        entry.Waiting.Add(job);
        if (!job.IsBulk && !entry.IsUrgent)
        {
            entry.IsUrgent = true;
            _interactive.Enqueue(entry);
        }
        else if (isFirst)
        {
            _bulk.Enqueue(entry);
        }
    }

    private void Work()
    {
        while (TryTake(out var entry))
        {
            try
            {
                ServeInside(entry);
            }
            catch (Exception e)
            {
                // An exception that left the thread would end the process, and others' jobs with it.
                WrappedLog.OwnerThrew(Slot.Logger, Slot.Token.Info, e);
                if (entry is not null)
                {
                    Fail(entry, CKR.CKR_GENERAL_ERROR);
                }
            }
        }

        if (Slot.TryEnter())
        {
            _shelf.Close();
            Slot.Leave();
        }
    }

    /// <summary>Null every now and then, while sessions wait to be closed.</summary>
    private bool TryTake(out WrappedEntry? entry)
    {
        lock (_gate)
        {
            while (!_interactive.TryDequeue(out entry) && !_bulk.TryDequeue(out entry))
            {
                if (_stopped)
                {
                    return false;
                }

                if (!Monitor.Wait(_gate, _shelf.HasRetired ? s_look : Timeout.InfiniteTimeSpan))
                {
                    return true;
                }
            }

            return true;
        }
    }

    private void ServeInside(WrappedEntry? entry)
    {
        if (!Slot.TryEnter())
        {
            // The module is initialised anew: whoever waits is told what the slot says.
            if (entry is not null)
            {
                Fail(entry, Slot.LeftAlone);
            }

            return;
        }

        try
        {
            if (entry?.Waiting is not null)
            {
                Serve(entry);
            }

            _shelf.CloseRetired();
        }
        finally
        {
            Slot.Leave();
        }
    }

    private void Serve(WrappedEntry entry)
    {
        var returnValue = WaitForRoom();
        CULong handle = default;
        if (returnValue == CKR.CKR_OK)
        {
            _watch.Begin();
            returnValue = _shelf.Unwrap(entry.Key, out handle);
            _watch.End();
        }

        if (returnValue != CKR.CKR_OK)
        {
            Fail(entry, returnValue);
            return;
        }

        Interlocked.Increment(ref _unwraps);
        var found = new FoundKey(handle, _shelf.Generation, default) { Entry = entry };
        List<SignJob> waiting;
        lock (_gate)
        {
            // Who was told that it was in vain is gone; who comes next finds it.
            waiting = entry.Waiting ?? [];
            entry.Waiting = null;
            entry.Settle(found, pins: waiting.Count);
            _entries.TryAdd(entry.Key, entry);
        }

        _shelf.Add(entry);
        var answer = new KeyAnswer(Slot, found, CKR.CKR_OK);
        foreach (var job in waiting)
        {
            job.Answer = answer;
            _resume(job);
        }
    }

    /// <summary>When every key is in use, until one is not: each use ends with a signature.</summary>
    private CKR WaitForRoom()
    {
        var returnValue = Prepare();
        while (returnValue == CKR.CKR_OK && !_shelf.TryMakeRoom())
        {
            _wantsRoom = true;
            Interlocked.MemoryBarrier();
            if (!_shelf.TryMakeRoom())
            {
                lock (_gate)
                {
                    Monitor.Wait(_gate, s_look);
                }
            }

            _wantsRoom = false;
            returnValue = Prepare();
        }

        return returnValue;
    }

    private CKR Prepare()
    {
        _watch.Begin();
        var returnValue = _shelf.Prepare();
        _watch.End();
        return returnValue;
    }

    /// <param name="entry">What does not come.</param>
    /// <param name="returnValue">Why.</param>
    /// <param name="isFinal">Asking this slot again would be in vain too.</param>
    private void Fail(WrappedEntry entry, CKR returnValue, bool isFinal = false)
    {
        List<SignJob> waiting;
        lock (_gate)
        {
            waiting = entry.Waiting ?? [];
            entry.Waiting = null;
            Forget(entry);
        }

        var answer = new KeyAnswer(Slot, null, returnValue);
        foreach (var job in waiting)
        {
            job.Answer = answer;
            job.Parks += isFinal ? SigningSession.MaxAttempts : 0;
            _resume(job);
        }
    }

    private void Forget(WrappedEntry entry)
        => _entries.TryRemove(new KeyValuePair<KeyReference, WrappedEntry>(entry.Key, entry));
}
