using System.Runtime.InteropServices;
using Appliance.Pkcs11.Interop;
using Appliance.Pkcs11.Policy;
using Appliance.Pkcs11.Sessions.Wrapped;
using Microsoft.Extensions.Logging;

namespace Appliance.Pkcs11.Sessions;

/// <summary>
/// One token of a group: its health, its key cache, and the opening of sessions, one at a time since some tokens fail
/// when they are opened in a burst.
/// </summary>
internal sealed unsafe class Slot
{
    private const int MaxCandidates = 8;

    /// <summary>Of one session that the token refuses for being opened too fast.</summary>
    private const int MaxPacedTries = 6;

    private readonly Lock _openGate = new();
    private readonly KeyCache _keys;
    private readonly OpenPacer _pacer;
    private int _sessionLimit;
    private int _openSessions;
    private int _inFlight;
    private int _logins;

    public Slot(Token token, int index, SlotGroupOptions options, TimeProvider time, ILogger logger)
    {
        Token = token;
        Index = index;
        Logger = logger;
        Options = options;
        Time = time;
        Health = new SlotHealth(token.Info, logger);
        _logins = token.Logins;
        _keys = new KeyCache(options.KeyCacheLimit);
        Wrapped = new WrappedKeys(this);
        var wanted = options.Sessions > 0 ? options.Sessions : 2 * Environment.ProcessorCount;
        _sessionLimit = SessionCap.Of(wanted, options.WrappedOwners, token.Info, token.Profile);
        _pacer = new OpenPacer(token.Profile.OpenPace.Value, time);
    }

    public Token Token { get; }

    public int Index { get; }

    /// <summary>Keys that the token does not keep.</summary>
    public WrappedKeys Wrapped { get; }

    public ILogger Logger { get; }

    public SlotGroupOptions Options { get; }

    public TimeProvider Time { get; }

    public SlotHealth Health { get; }

    /// <summary>Sessions to open at most; falls when the token says CKR_SESSION_COUNT.</summary>
    public int SessionLimit => Volatile.Read(ref _sessionLimit);

    public int OpenSessions => Volatile.Read(ref _openSessions);

    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Before any call into the module.</summary>
    /// <returns>False while the module is initialised anew: nothing may be called then.</returns>
    public bool TryEnter() => Token.Gate.TryEnter();

    public void Leave() => Token.Gate.Leave();

    /// <summary>Work on a job begins.</summary>
    public void Begin(SignJob job)
    {
        Interlocked.Increment(ref _inFlight);
        if (ReferenceEquals(job.Answer?.Slot, this))
        {
            // It goes on after it has waited for its key: what was signed before was signed here too.
            return;
        }

        job.Parks = 0;
        job.FirstHere = job.Next;
        job.WrongBefore = Health.WrongSignatures;
    }

    public void End() => Interlocked.Decrement(ref _inFlight);

    /// <summary>A job that this slot does not even try.</summary>
    public void LeaveAlone(SignJob job)
    {
        if (ReferenceEquals(job.Answer?.Slot, this) && Health.WrongSignatures != job.WrongBefore)
        {
            // What it signed here before it waited for its key is not to be trusted.
            job.Next = job.FirstHere;
        }

        job.ReturnValue = (uint)LeftAlone;
        job.Outcome = SignOutcome.TokenUnavailable;
    }

    /// <summary>Opens a session and makes sure that the login stands.</summary>
    /// <param name="session">Its handle.</param>
    /// <param name="isProbe">The keeper's, which alone opens one while the slot is left alone.</param>
    public CKR Open(out CULong session, bool isProbe = false)
    {
        session = default;
        if (isProbe)
        {
            // Not behind one that hangs.
            return OpenNow(isProbe, out session);
        }

        if (!Health.MaySign)
        {
            return LeftAlone;
        }

        lock (_openGate)
        {
            // Whoever waited here behind one that failed has its answer.
            return Health.MaySign ? OpenNow(isProbe, out session) : LeftAlone;
        }
    }

    private CKR OpenNow(bool isProbe, out CULong session)
    {
        var phase = SignPhase.OpenSession;
        var returnValue = OpenPaced(out session);
        if (returnValue == CKR.CKR_OK)
        {
            phase = SignPhase.Login;
            returnValue = EnsureLoggedIn();
            if (returnValue != CKR.CKR_OK)
            {
                _ = Token.Api.C_CloseSession(session);
            }
        }

        if (returnValue != CKR.CKR_OK)
        {
            Refused(returnValue, phase, isProbe);
            return returnValue;
        }

        Interlocked.Increment(ref _openSessions);
        return CKR.CKR_OK;
    }

    public void Close(CULong session)
    {
        _ = Token.Api.C_CloseSession(session);
        Interlocked.Decrement(ref _openSessions);
    }

    /// <summary>
    /// The module was initialised anew: the handle may be somebody else's by now, and must not be closed.
    /// </summary>
    public void Forget() => Interlocked.Decrement(ref _openSessions);

    public CKR EnsureLoggedIn() => EnsureLoggedIn(out _);

    /// <summary>
    /// The key's handle, to be released after use; null with CKR_OK when the token has no such key. That of a wrapped
    /// key may be <see cref="FoundKey.Awaited"/>.
    /// </summary>
    public CKR FindKey(CULong session, SignJob job, out FoundKey? found)
        => job.Key.Wrapped is null ? FindKey(session, job.Key, out found) : Wrapped.Find(job, out found);

    /// <summary>
    /// The handle of a key that the token keeps, from the cache or found now; null with CKR_OK when it has none.
    /// </summary>
    public CKR FindKey(CULong session, KeyReference key, out FoundKey? found)
    {
        var logins = Token.Logins;
        var returnValue = TryFindKey(session, key, out found);
        if (returnValue != CKR.CKR_OK || found is not null)
        {
            return returnValue;
        }

        // Without a login private keys are not seen, and that is no error: "no such key" holds only with one.
        returnValue = EnsureLoggedIn(out var lost);
        return returnValue == CKR.CKR_OK && (lost || Token.Logins != logins)
            ? TryFindKey(session, key, out found)
            : returnValue;
    }

    public void Forget(KeyReference key)
    {
        if (key.Wrapped is not null)
        {
            Wrapped.Condemn(key, isStale: true);
            return;
        }

        _keys.Remove(key);
    }

    /// <summary>A handle failed its proof: the next candidate takes its place.</summary>
    public bool TryNextCandidate(CULong session, KeyReference key, FoundKey? failed)
    {
        if (key.Wrapped is not null)
        {
            if (failed is not null)
            {
                Log.ProofFailed(Logger, key, Token.Info);
                Wrapped.Condemn(key, isStale: false);
            }

            return false;
        }

        Log.ProofFailed(Logger, key, Token.Info);
        if (failed is null || failed.Others.IsEmpty)
        {
            _keys.Remove(key);
            return false;
        }

        var asks = KeyFinder.AsksEachTime(Token.Api, session, Token.Info, failed.Others.Span[0]);
        _keys.Put(key, failed.Next(asks)!);
        return true;
    }

    /// <summary>A session is worth nothing any more; its owner closes it.</summary>
    public void NoteReplaced(CKR returnValue)
    {
        if (Logger.IsEnabled(LogLevel.Warning))
        {
            Log.SessionReplaced(Logger, Token.Info, Pkcs11ReturnValue.NameOf((uint)returnValue));
        }
    }

    /// <summary>Why nothing is asked of it.</summary>
    public CKR LeftAlone
        => Health.LastError == 0 ? CKR.CKR_FUNCTION_FAILED : (CKR)Health.LastError;

    /// <summary>One session, no sooner than the vendor likes, and slower while it says that it was too soon.</summary>
    public CKR OpenPaced(out CULong session)
    {
        CULong handle = default;
        var returnValue = CKR.CKR_OK;
        for (var attempt = 0; attempt < MaxPacedTries; attempt++)
        {
            _pacer.Wait();
            returnValue = Token.Api.C_OpenSession(
                new CULong((nuint)Token.Info.SlotId), new CULong(CKF.CKF_SERIAL_SESSION), null, null, &handle);
            if (returnValue == CKR.CKR_OK)
            {
                _pacer.Opened();
                break;
            }

            if (Recovery(returnValue, SignPhase.OpenSession) != SignRecovery.PaceOpens)
            {
                break;
            }

            _pacer.Failed();
        }

        session = handle;
        return returnValue;
    }

    /// <summary>What opening a session returned says that there are no more than those that are open.</summary>
    public bool IsFull(CKR returnValue)
        => Health.MaySign && IsCount(returnValue);

    private bool IsCount(CKR returnValue)
        => OpenSessions > 0 && Recovery(returnValue, SignPhase.OpenSession) == SignRecovery.LowerCap;

    private SignRecovery Recovery(CKR returnValue, SignPhase phase)
        => ReturnValuePolicy.For(returnValue, phase, Token.Profile);

    private void Refused(CKR returnValue, SignPhase phase, bool isProbe)
    {
        Health.Count(returnValue);
        if (phase == SignPhase.OpenSession && IsCount(returnValue))
        {
            if (!isProbe)
            {
                Volatile.Write(ref _sessionLimit, OpenSessions);
                Log.FewerSessions(Logger, Token.Info, OpenSessions);
            }
        }
        else if (!isProbe)
        {
            Health.Gone(returnValue);
        }
    }

    private CKR EnsureLoggedIn(out bool lost)
    {
        var returnValue = Token.EnsureLoggedIn(out lost);
        var seen = Volatile.Read(ref _logins);
        var made = Token.Logins;
        if (made != seen)
        {
            // First the generation: who sees the count also sees it. One too many does no harm.
            Health.NewGeneration();
            if (Interlocked.CompareExchange(ref _logins, made, seen) == seen)
            {
                Log.LoggedInAgain(Logger, Token.Info);
            }
        }

        return returnValue;
    }

    private CKR TryFindKey(CULong session, KeyReference key, out FoundKey? found)
    {
        var generation = Health.Generation;
        found = _keys.Find(key, generation);
        if (found is not null)
        {
            return CKR.CKR_OK;
        }

        try
        {
            var handles = KeyFinder.Find(Token.Api, session, Token.Info, key, MaxCandidates);
            if (handles.Length > 0)
            {
                var asks = KeyFinder.AsksEachTime(Token.Api, session, Token.Info, handles[0]);
                found = new FoundKey(handles[0], generation, handles.AsMemory(1), asks);
                _keys.Put(key, found);
            }

            return CKR.CKR_OK;
        }
        catch (Pkcs11Exception e)
        {
            return (CKR)e.ReturnValue;
        }
    }
}
