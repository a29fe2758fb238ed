using System.Globalization;
using Appliance.Pkcs11.Interop;

namespace Appliance.Pkcs11.Sessions.Wrapped;

/// <summary>
/// The wrapped keys of one slot, unwrapped on demand. Owners share them out by hash; a key that is there is found and
/// pinned without a lock. For one that is not, a job is parked with its owner and its session's thread goes on: a
/// thread that waited would be a session lost, while hits could be signed.
/// </summary>
internal sealed class WrappedKeys
{
    private readonly Lock _gate = new();
    private readonly List<KeyOwner> _writtenOff = [];
    private readonly KeyOwner[] _owners;
    private readonly bool[] _vacant;
    private readonly Slot _slot;
    private readonly bool _isInline;
    private JobQueue? _queue;
    private int _numbers;

    public WrappedKeys(Slot slot)
    {
        _slot = slot;
        _isInline = slot.Options.Dispatch == SlotDispatch.Inline;
        _owners = new KeyOwner[Math.Max(slot.Options.WrappedOwners, 1)];
        _vacant = new bool[_owners.Length];
        for (var i = 0; i < _owners.Length; i++)
        {
            _owners[i] = NewOwner();
        }
    }

    /// <summary>Keys unwrapped now.</summary>
    public int Count => _owners.Sum(owner => owner.Count);

    /// <summary>How often one was unwrapped.</summary>
    public long Unwraps => _owners.Sum(owner => owner.Unwraps);

    /// <summary>Jobs may be parked from now on, and come back into this queue.</summary>
    public void ParkWith(JobQueue queue) => _queue = queue;

    /// <summary>
    /// The job's key, pinned: <see cref="FoundKey.Release"/> it after the signature. <see cref="FoundKey.Awaited"/>
    /// means that the job is parked, and not this thread's any more; or, where callers sign by themselves, that this
    /// one is to give its session back and to wait (<see cref="SignJob.Wait"/>).
    /// </summary>
    public CKR Find(SignJob job, out FoundKey? found)
    {
        if (TryTakeAnswer(job, out found, out var returnValue))
        {
            return returnValue;
        }

        var owner = OwnerOf(job.Key);
        found = owner.TryPin(job.Key, _slot.Health.Generation);
        return found is not null ? CKR.CKR_OK : Miss(job, owner, out found);
    }

    /// <summary>The key is not used again: it is another than its name says, or its handle is stale.</summary>
    public void Condemn(KeyReference key, bool isStale) => OwnerOf(key).Condemn(key, isStale);

    /// <summary>
    /// From the watchdog: who waits behind a call that hangs is told, and another owner begins, up to twice as many.
    /// </summary>
    /// <returns>True when one hangs that did not before.</returns>
    public bool Look(TimeSpan limit)
    {
        var found = false;
        lock (_gate)
        {
            _writtenOff.RemoveAll(owner => owner.Join(TimeSpan.Zero));
            for (var i = 0; i < _owners.Length; i++)
            {
                var place = i;
                if (_vacant[i])
                {
                    Fill(i);
                }

                found |= _owners[i].Look(limit, () => Replace(place));
            }
        }

        return found;
    }

    /// <summary>Ends the threads, once nobody signs any more.</summary>
    /// <returns>Calls that have not returned.</returns>
    public int Join(long start, TimeSpan timeout)
    {
        KeyOwner[] owners;
        lock (_gate)
        {
            owners = [.. _owners.Concat(_writtenOff).Distinct()];
        }

        foreach (var owner in owners)
        {
            owner.Stop();
            owner.GiveUp();
        }

        var left = 0;
        foreach (var owner in owners)
        {
            var rest = timeout - _slot.Time.GetElapsedTime(start);
            left += owner.Join(rest > TimeSpan.Zero ? rest : TimeSpan.Zero) ? 0 : 1;
        }

        return left;
    }

    private void Replace(int place)
    {
        _writtenOff.Add(_owners[place]);
        Fill(place);
    }

    /// <summary>A new owner, unless as many as there are places hang already: then later.</summary>
    private void Fill(int place)
    {
        _vacant[place] = _writtenOff.Count > _owners.Length;
        if (!_vacant[place])
        {
            Volatile.Write(ref _owners[place], NewOwner());
        }
    }

    private KeyOwner NewOwner()
    {
        var number = (++_numbers).ToString(CultureInfo.InvariantCulture);
        return new KeyOwner(_slot, $"pkcs11 {_slot.Token.Info.Label} keys {number}", Resume);
    }

    private KeyOwner OwnerOf(KeyReference key)
        => Volatile.Read(ref _owners[unchecked((uint)key.GetHashCode()) % (uint)_owners.Length]);

    /// <summary>
    /// What an owner has answered this job. Of another slot, when the job was moved, it means nothing.
    /// </summary>
    private bool TryTakeAnswer(SignJob job, out FoundKey? found, out CKR returnValue)
    {
        found = null;
        returnValue = CKR.CKR_OK;
        if (job.Answer is not { } answer)
        {
            return false;
        }

        if (!ReferenceEquals(answer.Slot, _slot))
        {
            job.DropAnswer();
            return false;
        }

        if (answer.Key is not { } key)
        {
            job.Answer = null;
            returnValue = answer.ReturnValue;
            return true;
        }

        if (key.Generation != _slot.Health.Generation || key.Entry!.IsDropped)
        {
            job.DropAnswer();
            return false;
        }

        job.Answer = null;
        found = key;
        return true;
    }

    private CKR Miss(SignJob job, KeyOwner owner, out FoundKey? found)
    {
        job.Parks++;
        var parks = !_isInline && _queue?.TryLend() == true;
        var wait = parks ? null : new JobWait();
        job.Wait = wait;
        if (!owner.TryRequest(job, _slot.Health.Generation, out found) || found is not null)
        {
            if (parks)
            {
                _queue!.CancelLend();
            }

            return found is null ? CKR.CKR_FUNCTION_FAILED : CKR.CKR_OK;
        }

        if (parks || _isInline)
        {
            found = FoundKey.Awaited;
            return CKR.CKR_OK;
        }

        // A session's thread that waits all the same, since too many are parked.
        wait!.Wait();
        return TryTakeAnswer(job, out found, out var returnValue) ? returnValue : CKR.CKR_KEY_HANDLE_INVALID;
    }

    /// <summary>By an owner's thread, or the watchdog's. From here on the job is somebody else's.</summary>
    private void Resume(SignJob job)
    {
        if (job.Wait is { } wait)
        {
            wait.End();
        }
        else
        {
            _queue!.Return(job);
        }
    }
}
