using System.Runtime.InteropServices;
using Appliance.Pkcs11.Interop;
using Appliance.Pkcs11.Sessions.Wrapped;
using Microsoft.Extensions.Logging;

namespace Appliance.Pkcs11.Sessions;

/// <summary>
/// One token of a group: its health, the generation of its handles, its key cache, and the opening of sessions, one at
/// a time since some tokens fail when they are opened in a burst.
/// </summary>
internal sealed unsafe class Slot
{
    private const int ReservedSessions = 2;
    private const int MaxCandidates = 8;
    private const int FailuresUntilDown = 3;

    private readonly Lock _openGate = new();
    private readonly SlotGroupOptions _options;
    private readonly TimeProvider _time;
    private readonly KeyCache _keys;
    private int _sessionLimit;
    private int _generation;
    private int _failuresInARow;
    private int _openSessions;
    private int _inFlight;
    private long _downSince;
    private long _signatures;
    private volatile bool _down;
    private volatile uint _lastError;

    public Slot(Token token, int index, SlotGroupOptions options, TimeProvider time, ILogger logger)
    {
        Token = token;
        Index = index;
        Logger = logger;
        _options = options;
        _time = time;
        _keys = new KeyCache(options.KeyCacheLimit);
        Wrapped = new WrappedKeys(this, options, time);
        var wanted = options.Sessions > 0 ? options.Sessions : 2 * Environment.ProcessorCount;
        var reserved = ReservedSessions + options.WrappedOwners;
        _sessionLimit = (int)Math.Clamp((token.Info.MaxSessions ?? int.MaxValue) - reserved, 1, wanted);
    }

    public Token Token { get; }

    public int Index { get; }

    /// <summary>Keys that the token does not keep.</summary>
    public WrappedKeys Wrapped { get; }

    /// <summary>Handles found under another one are worth nothing.</summary>
    public int Generation => Volatile.Read(ref _generation);

    public ILogger Logger { get; }

    /// <summary>Sessions to open at most; falls when the token says CKR_SESSION_COUNT.</summary>
    public int SessionLimit => Volatile.Read(ref _sessionLimit);

    public int OpenSessions => Volatile.Read(ref _openSessions);

    public int InFlight => Volatile.Read(ref _inFlight);

    public bool IsHealthy => !_down;

    public uint LastError => _lastError;

    /// <summary>Signatures made, delivered or not.</summary>
    public long Signatures => Volatile.Read(ref _signatures);

    public void Enter() => Interlocked.Increment(ref _inFlight);

    public void Leave() => Interlocked.Decrement(ref _inFlight);

    /// <summary>Opens a session and makes sure that the login stands.</summary>
    public CKR Open(out CULong session)
    {
        session = default;
        if (IsLeftAlone)
        {
            return (CKR)_lastError;
        }

        lock (_openGate)
        {
            // Whoever waited here behind a probe that failed has its answer.
            if (IsLeftAlone)
            {
                return (CKR)_lastError;
            }

            CULong handle;
            var returnValue = Token.Api.C_OpenSession(
                new CULong((nuint)Token.Info.SlotId), new CULong(CKF.CKF_SERIAL_SESSION), null, null, &handle);
            if (returnValue == CKR.CKR_OK)
            {
                returnValue = EnsureLoggedIn();
                if (returnValue != CKR.CKR_OK)
                {
                    _ = Token.Api.C_CloseSession(handle);
                }
            }

            if (returnValue == CKR.CKR_SESSION_COUNT && OpenSessions > 0)
            {
                Volatile.Write(ref _sessionLimit, OpenSessions);
                Log.FewerSessions(Logger, Token.Info, OpenSessions);
                return returnValue;
            }

            if (returnValue != CKR.CKR_OK)
            {
                MarkDown(returnValue);
                return returnValue;
            }

            session = handle;
            Interlocked.Increment(ref _openSessions);
            MarkUp();
            return CKR.CKR_OK;
        }
    }

    public void Close(CULong session)
    {
        _ = Token.Api.C_CloseSession(session);
        Interlocked.Decrement(ref _openSessions);
    }

    public CKR EnsureLoggedIn() => EnsureLoggedIn(out _);

    /// <summary>
    /// The key's handle, from the cache or found now, to be released after use; null with CKR_OK when the token has no
    /// such key. A wrapped one may be <see cref="FoundKey.Awaited"/>.
    /// </summary>
    public CKR FindKey(CULong session, SignJob job, out FoundKey? found)
    {
        var key = job.Key;
        if (key.Wrapped is not null)
        {
            return Wrapped.Find(job, out found);
        }

        var returnValue = TryFindKey(session, key, out found);
        if (returnValue != CKR.CKR_OK || found is not null)
        {
            return returnValue;
        }

        // Without a login private keys are not seen, and that is no error: "no such key" holds only with one.
        returnValue = EnsureLoggedIn(out var lost);
        return returnValue == CKR.CKR_OK && lost ? TryFindKey(session, key, out found) : returnValue;
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

    /// <summary>Handles are worth nothing any more.</summary>
    public void NewGeneration() => Interlocked.Increment(ref _generation);

    /// <summary>A handle failed its proof: the next candidate takes its place.</summary>
    public bool TryNextCandidate(KeyReference key, FoundKey? failed)
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
        if (failed?.Next() is not { } next)
        {
            _keys.Remove(key);
            return false;
        }

        _keys.Put(key, next);
        return true;
    }

    public void Suspect(CKR returnValue)
    {
        _lastError = (uint)returnValue;
        if (Interlocked.Increment(ref _failuresInARow) >= FailuresUntilDown)
        {
            MarkDown(returnValue);
        }
    }

    public void Note(CKR returnValue)
    {
        _lastError = (uint)returnValue;
        if (Logger.IsEnabled(LogLevel.Warning))
        {
            Log.SessionReplaced(Logger, Token.Info, Pkcs11ReturnValue.NameOf((uint)returnValue));
        }
    }

    public void MarkDown(CKR returnValue)
    {
        _lastError = (uint)returnValue;
        Volatile.Write(ref _downSince, _time.GetTimestamp());
        if (_down)
        {
            return;
        }

        _down = true;
        Interlocked.Increment(ref _generation);
        if (Logger.IsEnabled(LogLevel.Warning))
        {
            Log.SlotDown(Logger, Token.Info, Pkcs11ReturnValue.NameOf((uint)returnValue));
        }
    }

    /// <summary>After a signature. Reads first where it can: the line is shared by all threads.</summary>
    public void MarkSigned()
    {
        Interlocked.Increment(ref _signatures);
        if (Volatile.Read(ref _failuresInARow) != 0)
        {
            Volatile.Write(ref _failuresInARow, 0);
        }

        MarkUp();
    }

    private bool IsLeftAlone
        => _down && _time.GetElapsedTime(Volatile.Read(ref _downSince)) < _options.ProbeInterval;

    private CKR EnsureLoggedIn(out bool lost)
    {
        var returnValue = Token.EnsureLoggedIn(out lost);
        if (lost && returnValue == CKR.CKR_OK)
        {
            Interlocked.Increment(ref _generation);
            Log.LoggedInAgain(Logger, Token.Info);
        }

        return returnValue;
    }

    private CKR TryFindKey(CULong session, KeyReference key, out FoundKey? found)
    {
        var generation = Volatile.Read(ref _generation);
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
                found = new FoundKey(handles[0], generation, handles.AsMemory(1));
                _keys.Put(key, found);
            }

            return CKR.CKR_OK;
        }
        catch (Pkcs11Exception e)
        {
            return (CKR)e.ReturnValue;
        }
    }

    private void MarkUp()
    {
        if (_down)
        {
            _down = false;
            Volatile.Write(ref _failuresInARow, 0);
            Log.SlotUp(Logger, Token.Info);
        }
    }
}
