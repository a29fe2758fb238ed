using System.Runtime.InteropServices;
using Appliance.Pkcs11.Interop;
using Appliance.Pkcs11.Policy;
using Microsoft.Extensions.Logging;

namespace Appliance.Pkcs11.Sessions.Wrapped;

/// <summary>
/// What an owner has unwrapped, and the session that it lives in. When the slot's generation changes or the session
/// dies, everything is dropped, never destroyed by a handle that may be another key's by then. The owner's thread alone
/// works here.
/// </summary>
internal sealed class KeyShelf
{
    /// <summary>Of the keys, so many go at once where the token itself has no room: one in eight.</summary>
    private const int ShareForRoom = 8;

    private readonly List<WrappedEntry> _ring = [];
    private readonly List<(OwnerSession Session, List<WrappedEntry> Pinned)> _retired = [];
    private readonly Slot _slot;
    private readonly Action<WrappedEntry> _forget;
    private OwnerSession? _session;
    private int _limit;
    private int _hand;
    private volatile int _count;

    public KeyShelf(Slot slot, int limit, Action<WrappedEntry> forget)
    {
        _slot = slot;
        _limit = limit;
        _forget = forget;
    }

    /// <summary>From any thread.</summary>
    public int Count => _count;

    /// <summary>Sessions are left whose keys are still in use.</summary>
    public bool HasRetired => _retired.Count > 0;

    /// <summary>What unwrapped keys belong to.</summary>
    public int Generation => _session?.Generation ?? -1;

    /// <summary>Makes sure that there is a session, of this generation.</summary>
    public CKR Prepare()
    {
        if (_session is { IsCurrent: false })
        {
            Retire();
        }

        return _session is null ? OwnerSession.TryOpen(_slot, out _session) : CKR.CKR_OK;
    }

    /// <summary>False when the shelf is full and every key on it is in use.</summary>
    public bool TryMakeRoom()
    {
        while (_ring.Count >= _limit)
        {
            if (!TryEvict())
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Unwraps, repairing once what can be repaired: session, login, wrapping key, room in the token.
    /// </summary>
    public CKR Unwrap(KeyReference key, out CULong handle)
    {
        var returnValue = _session!.Unwrap(key, out handle);
        if (returnValue != CKR.CKR_OK && TryRepair(returnValue))
        {
            returnValue = _session!.Unwrap(key, out handle);
        }

        if (returnValue == CKR.CKR_OK)
        {
            return returnValue;
        }

        if (_slot.Logger.IsEnabled(LogLevel.Warning))
        {
            var name = Pkcs11ReturnValue.NameOf((uint)returnValue);
            WrappedLog.NotUnwrapped(_slot.Logger, key, _slot.Token.Info, name);
        }

        return Blame(returnValue);
    }

    /// <summary>After <see cref="Unwrap"/>, which has left room for it.</summary>
    public void Add(WrappedEntry entry)
    {
        _ring.Add(entry);
        _count = _ring.Count;
    }

    /// <summary>Closes sessions of before, once nobody signs with their keys.</summary>
    public void CloseRetired()
    {
        for (var i = _retired.Count - 1; i >= 0; i--)
        {
            if (!_retired[i].Pinned.Exists(entry => entry.IsPinned))
            {
                _retired[i].Session.Close();
                _retired.RemoveAt(i);
            }
        }
    }

    /// <summary>At the end, when nobody signs any more.</summary>
    public void Close()
    {
        _session?.Close();
        _session = null;
        _retired.ForEach(retired => retired.Session.Close());
        _retired.Clear();
    }

    private bool TryRepair(CKR returnValue)
    {
        switch (ReturnValuePolicy.For(returnValue, SignPhase.Unwrap, _slot.Token.Profile))
        {
            case SignRecovery.ReplaceSession:
                return TryReplace(returnValue);
            case SignRecovery.LogIn:
                return _slot.EnsureLoggedIn() == CKR.CKR_OK && Prepare() == CKR.CKR_OK;
            case SignRecovery.EvictKeys:
                return TryShrink(returnValue);
            case SignRecovery.FindKey:
                // Private objects are not seen without a login, and that is no error: so is a dead session's key.
                return _session!.IsAlive() || TryReplace(returnValue);
            default:
                return false;
        }
    }

    /// <summary>
    /// The session has died and the keys with it. Whatever ended it may have ended others: the whole slot gets a new
    /// generation before anything is unwrapped again, so that no handle from before meets one from after.
    /// </summary>
    private bool TryReplace(CKR returnValue)
    {
        if (_slot.Logger.IsEnabled(LogLevel.Warning))
        {
            WrappedLog.OwnerLost(
                _slot.Logger, _slot.Token.Info, _ring.Count, Pkcs11ReturnValue.NameOf((uint)returnValue));
        }

        _slot.Health.NewGeneration();
        return Prepare() == CKR.CKR_OK;
    }

    private bool TryShrink(CKR returnValue)
    {
        var wanted = Math.Max(_ring.Count / ShareForRoom, 1);
        var freed = 0;
        while (freed < wanted && _ring.Count > 0 && TryEvict())
        {
            freed++;
        }

        if (freed == 0)
        {
            return false;
        }

        _limit = _ring.Count + 1;
        if (_slot.Logger.IsEnabled(LogLevel.Warning))
        {
            WrappedLog.FewerKeys(_slot.Logger, _slot.Token.Info, Pkcs11ReturnValue.NameOf((uint)returnValue), _limit);
        }

        return true;
    }

    /// <summary>
    /// Some tokens say of a blob that is not theirs that something went wrong in general (SoftHSM2). While the session
    /// lives, that is the key's fault and not the slot's: who can put rubbish into the store must not take slots down.
    /// What says that this token cannot do it is the key's fault too: another slot may serve it.
    /// </summary>
    private CKR Blame(CKR returnValue) => returnValue switch
    {
        CKR.CKR_MECHANISM_INVALID or CKR.CKR_FUNCTION_NOT_SUPPORTED or CKR.CKR_ATTRIBUTE_VALUE_INVALID
            or CKR.CKR_ATTRIBUTE_TYPE_INVALID or CKR.CKR_TEMPLATE_INCONSISTENT or CKR.CKR_TEMPLATE_INCOMPLETE
            => CKR.CKR_WRAPPED_KEY_INVALID,
        CKR.CKR_GENERAL_ERROR or CKR.CKR_FUNCTION_FAILED or CKR.CKR_ARGUMENTS_BAD
            => _session?.IsAlive() == true ? CKR.CKR_WRAPPED_KEY_INVALID : CKR.CKR_SESSION_CLOSED,
        _ => returnValue,
    };

    private void Retire()
    {
        var pinned = new List<WrappedEntry>();
        foreach (var entry in _ring)
        {
            entry.Condemn(isStale: true);
            _forget(entry);
            if (entry.IsPinned)
            {
                pinned.Add(entry);
            }
        }

        _ring.Clear();
        _count = 0;
        _hand = 0;
        _retired.Add((_session!, pinned));
        _session = null;
        CloseRetired();
    }

    /// <summary>At most twice around: the first time only to see who is used.</summary>
    private bool TryEvict()
    {
        for (var looks = 2 * _ring.Count; looks > 0; looks--)
        {
            _hand = _hand < _ring.Count ? _hand : 0;
            var entry = _ring[_hand];
            if (entry.TakeUsed() || !entry.TryKill())
            {
                _hand++;
                continue;
            }

            // The last one takes its place, behind the hand's next look.
            _forget(entry);
            _ring[_hand] = _ring[^1];
            _ring.RemoveAt(_ring.Count - 1);
            _count = _ring.Count;
            Destroy(entry);
            return true;
        }

        return false;
    }

    /// <summary>What a token does not destroy goes with the session.</summary>
    private void Destroy(WrappedEntry entry)
    {
        if (!entry.IsStale && _session is { IsCurrent: true } session)
        {
            _ = session.Destroy(entry.Found!.Handle);
        }
    }
}
