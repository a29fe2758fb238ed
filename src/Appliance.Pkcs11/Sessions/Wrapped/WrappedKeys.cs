using System.Globalization;
using System.Runtime.InteropServices;
using Appliance.Pkcs11.Interop;

namespace Appliance.Pkcs11.Sessions.Wrapped;

/// <summary>
/// The wrapped keys of one slot, unwrapped on demand. Owners share them out by hash; a key that is there is found and
/// pinned without a lock. For one that is not, a job is parked with its owner and its session's thread goes on: a
/// thread that waited would be a session lost, while hits could be signed.
/// </summary>
internal sealed class WrappedKeys
{
    private readonly KeyOwner[] _owners;
    private readonly object _ended = new();
    private readonly Slot _slot;
    private readonly TimeProvider _time;
    private readonly bool _isInline;
    private readonly int _parkLimit;
    private Action<SignJob> _requeue = static _ => throw new InvalidOperationException("Nobody takes jobs back.");
    private volatile bool _mayPark;
    private int _parked;

    public WrappedKeys(Slot slot, SlotGroupOptions options, TimeProvider time)
    {
        _slot = slot;
        _time = time;
        _isInline = options.Dispatch == SlotDispatch.Inline;
        _parkLimit = options.QueueLimit;
        _owners = new KeyOwner[Math.Max(options.WrappedOwners, 1)];
        for (var i = 0; i < _owners.Length; i++)
        {
            var number = (i + 1).ToString(CultureInfo.InvariantCulture);
            _owners[i] = new KeyOwner(
                slot, options.WrappedKeyCache, $"pkcs11 {slot.Token.Info.Label} keys {number}", Resume, time);
        }
    }

    /// <summary>Jobs that wait for a key and are in no queue.</summary>
    public int Parked => Volatile.Read(ref _parked);

    /// <summary>Keys unwrapped now.</summary>
    public int Count => _owners.Sum(owner => owner.Count);

    /// <summary>How often one was unwrapped.</summary>
    public long Unwraps => _owners.Sum(owner => owner.Unwraps);

    /// <summary>Jobs may be parked from now on: this puts them back into the slot's queue, whatever its limit.</summary>
    public void ParkWith(Action<SignJob> requeue)
    {
        _requeue = requeue;
        _mayPark = true;
    }

    /// <summary>
    /// The job's key, pinned: <see cref="FoundKey.Release"/> it after the signature. <see cref="FoundKey.Awaited"/>
    /// means that the job is parked, and not this thread's any more; or, where callers sign by themselves, that this
    /// one is to give its session back, to wait (<see cref="SignJob.Wait"/>) and to say <see cref="Leave"/>.
    /// </summary>
    public CKR Find(SignJob job, out FoundKey? found)
    {
        var returnValue = CKR.CKR_OK;
        if (TryTakeAnswer(job, out found, ref returnValue))
        {
            return returnValue;
        }

        var owner = OwnerOf(job.Key);
        found = owner.TryPin(job.Key, _slot.Generation);
        if (found is not null)
        {
            return CKR.CKR_OK;
        }

        job.Parks++;
        var parks = !_isInline && _mayPark && Parked < _parkLimit;
        var wait = parks ? null : new JobWait();
        job.Wait = wait;
        Interlocked.Increment(ref _parked);
        if (!owner.TryRequest(job, _slot.Generation, out found) || found is not null)
        {
            Leave();
            return found is null ? CKR.CKR_FUNCTION_FAILED : CKR.CKR_OK;
        }

        if (parks || _isInline)
        {
            found = FoundKey.Awaited;
            return CKR.CKR_OK;
        }

        // A session's thread that waits all the same, since too many are parked or the group stops.
        wait!.Wait();
        Leave();
        return TryTakeAnswer(job, out found, ref returnValue) ? returnValue : CKR.CKR_KEY_HANDLE_INVALID;
    }

    /// <summary>The key is not used again: it is another than its name says, or its handle is stale.</summary>
    public void Condemn(KeyReference key, bool isStale) => OwnerOf(key).Condemn(key, isStale);

    /// <summary>From a thread that never calls the module: who waits behind a call that hangs is told.</summary>
    public void Watch(TimeSpan limit)
    {
        foreach (var owner in _owners)
        {
            var since = owner.InsideSince;
            if (since != 0 && _time.GetElapsedTime(since) > limit)
            {
                owner.GiveUp(CKR.CKR_DEVICE_ERROR);
            }
        }
    }

    /// <summary>Nobody is parked any more; waits until those who are have been put back.</summary>
    /// <param name="start">Timestamp from which the time counts.</param>
    /// <param name="timeout">Longest wait; then they are told that it was in vain.</param>
    public void StopParking(long start, TimeSpan timeout)
    {
        _mayPark = false;
        lock (_ended)
        {
            while (Parked > 0)
            {
                var rest = timeout - _time.GetElapsedTime(start);
                if (rest <= TimeSpan.Zero || !Monitor.Wait(_ended, rest))
                {
                    break;
                }
            }
        }

        foreach (var owner in Parked > 0 ? _owners : [])
        {
            owner.GiveUp(CKR.CKR_FUNCTION_FAILED);
        }
    }

    /// <summary>Ends the threads. Nobody signs any more.</summary>
    /// <returns>Calls that have not returned.</returns>
    public int Join(long start, TimeSpan timeout)
    {
        var left = 0;
        foreach (var owner in _owners)
        {
            owner.Stop();
        }

        foreach (var owner in _owners)
        {
            var rest = timeout - _time.GetElapsedTime(start);
            left += owner.Join(rest > TimeSpan.Zero ? rest : TimeSpan.Zero) ? 0 : 1;
        }

        return left;
    }

    private KeyOwner OwnerOf(KeyReference key)
        => _owners[unchecked((uint)key.GetHashCode()) % (uint)_owners.Length];

    /// <summary>What an owner has found for this job: a ticket, which holds a pin, or an error.</summary>
    private bool TryTakeAnswer(SignJob job, out FoundKey? found, ref CKR returnValue)
    {
        found = null;
        if (job.UnwrapError != 0)
        {
            returnValue = (CKR)job.UnwrapError;
            job.UnwrapError = 0;
            return true;
        }

        if (job.Ticket is not { } ticket)
        {
            return false;
        }

        // Of another slot, when the job was moved, or of before, when the slot was reset.
        job.Ticket = null;
        if (ReferenceEquals(ticket.Entry!.Slot, _slot) && ticket.Generation == _slot.Generation && ticket.Holds)
        {
            found = ticket;
            return true;
        }

        ticket.Release();
        return false;
    }

    /// <summary>By an owner's thread. From here on the job is somebody else's.</summary>
    private void Resume(SignJob job)
    {
        if (job.Wait is { } wait)
        {
            wait.End();
        }
        else
        {
            _requeue(job);
            Leave();
        }
    }

    /// <summary>One that has waited goes on. Who waits by itself says so, once it has a session again.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _parked) == 0 && !_mayPark)
        {
            lock (_ended)
            {
                Monitor.PulseAll(_ended);
            }
        }
    }
}
