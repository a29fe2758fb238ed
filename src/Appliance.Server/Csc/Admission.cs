using Appliance.Ledger;
using Appliance.Server.Csc.Lanes;
using Appliance.Server.Options;
using Appliance.Signing;

namespace Appliance.Server.Csc;

/// <summary>
/// Step 1 of every call on either wire, in three parts, each of which refuses for next to nothing:
///
///   <see cref="TryEnter"/>   a place among the calls in work, before anything is known of the caller
///   <see cref="TryClaim"/>   once it is known: the place is its own, as far as others have theirs
///   <see cref="TryBegin"/>   what asks for signatures: can they be made in time? Many of them go to the bulk lane,
///                            which has places of its own, and leave theirs to interactive calls
///
/// While the process stops nobody gets a place.
/// </summary>
internal sealed class Admission
{
    private static readonly TimeSpan s_unknown = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_forEver = TimeSpan.FromDays(100);

    private readonly AdmissionLane _interactive;
    private readonly AdmissionLane _bulk;
    private readonly Backlog _backlog;
    private readonly TimeSpan _longestWait;
    private readonly Func<bool> _isStoreAway;
    private readonly TimeProvider _time;
    private volatile bool _stopping;

    /// <param name="limits">Validated.</param>
    /// <param name="capacity">Signatures that the tokens can work on at once.</param>
    /// <param name="time">The clock.</param>
    /// <param name="isStoreAway">True while the store is known to be away; null for never.</param>
    public Admission(
        LimitSettings limits, Func<int> capacity, TimeProvider time, Func<bool>? isStoreAway = null)
    {
        _isStoreAway = isStoreAway ?? (static () => false);
        _interactive = new AdmissionLane(limits.CallsInFlight);
        _bulk = new AdmissionLane(limits.BulkCalls);
        _backlog = new Backlog(capacity, time);
        _longestWait = limits.LongestWaitMilliseconds == 0
            ? s_forEver
            : TimeSpan.FromMilliseconds(limits.LongestWaitMilliseconds);
        _time = time;
    }

    /// <summary>Calls in work.</summary>
    public int Inside => _interactive.Inside + _bulk.Inside;

    /// <summary>Null when a place was taken, which <see cref="Leave"/> gives back; else why there is none.</summary>
    /// <param name="isToBeKnown">False for a call that anybody may make, and that stays nobody's.</param>
    public CscError? TryEnter(bool isToBeKnown = true)
    {
        if (_stopping)
        {
            return CscErrors.Stopping;
        }

        return _interactive.TryEnter(isToBeKnown) ? null : Busy(isBulk: false);
    }

    public void Leave() => _interactive.Leave();

    /// <summary>
    /// Null when the place is the caller's, until <see cref="Disclaim"/>; else why not. It still has to be left.
    /// </summary>
    public CscError? TryClaim(Caller caller)
        => _interactive.TryClaim(ClientOf(caller)) ? null : Busy(isBulk: false);

    public void Disclaim(Caller caller) => _interactive.Disclaim(ClientOf(caller));

    /// <summary>Null when signatures may be asked for, until the work ends; else why not.</summary>
    /// <param name="caller">Whose they are.</param>
    /// <param name="signatures">How many.</param>
    /// <param name="timeLeft">Until the caller gives up; infinite when nobody knows.</param>
    /// <param name="work">To be ended.</param>
    public CscError? TryBegin(Caller caller, int signatures, TimeSpan timeLeft, out AdmittedWork work)
    {
        work = default;
        var client = ClientOf(caller);
        var isBulk = signatures > LedgerWork.MostInteractiveRows;
        if (isBulk && !TryMove(client))
        {
            return Busy(isBulk);
        }

        // What takes long by itself has only its caller's word for how long is too long. The longest wait is for the
        // estimate: who was let in by it is given up only when that was far off.
        var longest = isBulk ? s_forEver : _longestWait;
        if (!_backlog.TryAdd(isBulk, client, signatures, Shorter(timeLeft, longest), out var wait))
        {
            if (isBulk)
            {
                MoveBack(client);
            }

            // Nothing gets done without the store either, but that is no matter of too much work.
            return _isStoreAway() ? CscErrors.StoreAway : CscErrors.TooLate.After(wait);
        }

        var deadline = DeadlineIn(Shorter(timeLeft, 2 * longest));
        work = new AdmittedWork(this, client, signatures, isBulk, HasPlace: isBulk, deadline);
        return null;
    }

    /// <summary>The same for an item of a stream: it has waited for a place, and is refused for no reason.</summary>
    public AdmittedWork BeginItem(Caller caller, int signatures)
    {
        var client = ClientOf(caller);
        _backlog.TryAdd(isBulk: true, client, signatures, s_forEver, out _);
        return new AdmittedWork(this, client, signatures, IsBulk: true, HasPlace: false, Deadline: 0);
    }

    /// <summary>A place of the bulk lane for a call that asks for no signatures, but much of the store.</summary>
    public CscError? TryBeginBulk(Caller caller, out AdmittedWork work)
    {
        var client = ClientOf(caller);
        work = new AdmittedWork(this, client, Signatures: 0, IsBulk: true, HasPlace: true, Deadline: 0);
        return TryMove(client) ? null : Busy(isBulk: true);
    }

    /// <summary>No new work from now on; calls in work finish.</summary>
    public void Stop() => _stopping = true;

    /// <summary>Too much is at work; the hint is by how fast that gets less.</summary>
    public CscError Busy(bool isBulk)
    {
        var wait = _backlog.Wait(isBulk);
        return CscErrors.Full.After(wait == TimeSpan.Zero ? s_unknown : wait);
    }

    /// <summary>
    /// Who shares with whom: the application, whichever signers it speaks for; a signer by itself; all strangers.
    /// </summary>
    public static Guid ClientOf(Caller caller) => caller.ClientId == Guid.Empty ? caller.SignerId : caller.ClientId;

    internal void End(in AdmittedWork work, bool gaveUp)
    {
        if (work.Signatures > 0)
        {
            _backlog.Remove(work.IsBulk, work.Client, work.Signatures, gaveUp);
        }

        if (work.HasPlace)
        {
            MoveBack(work.Client);
        }
    }

    /// <summary>From a place of the interactive lane to one of the bulk lane.</summary>
    private bool TryMove(Guid client)
    {
        if (!_bulk.TryEnter(isToBeKnown: true))
        {
            return false;
        }

        if (!_bulk.TryClaim(client))
        {
            _bulk.Leave();
            return false;
        }

        _interactive.Disclaim(client);
        _interactive.Leave();
        return true;
    }

    /// <summary>Back for the moment until the call is answered: it is going to leave as it has entered.</summary>
    private void MoveBack(Guid client)
    {
        _bulk.Disclaim(client);
        _bulk.Leave();
        _interactive.Return(client);
    }

    private long DeadlineIn(TimeSpan within)
        => within >= s_forEver ? 0 : _time.GetTimestamp() + (long)(within.TotalSeconds * _time.TimestampFrequency);

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other)
        => one >= TimeSpan.Zero && one < other ? one : other;
}
