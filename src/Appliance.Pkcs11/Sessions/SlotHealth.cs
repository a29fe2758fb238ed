using System.Collections.Concurrent;
using Appliance.Pkcs11.Interop;
using Microsoft.Extensions.Logging;

namespace Appliance.Pkcs11.Sessions;

/// <summary>
/// The state of a slot and what it has seen. Whoever sees the slot fail makes it worse, from any thread; only the
/// slot's keeper, by a probe, makes it better.
/// </summary>
internal sealed class SlotHealth
{
    private const int FailuresUntilSuspect = 2;
    private const int FailuresUntilQuarantine = 3;

    /// <summary>Weight of a new latency, as a shift: one eighth.</summary>
    private const int Smoothing = 3;

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<uint, long> _errors = new();
    private readonly TokenInfo _token;
    private readonly ILogger _logger;
    private volatile SlotState _state;
    private volatile bool _distrusted;
    private volatile uint _lastError;
    private bool _draining;
    private int _generation;
    private int _epoch;
    private long _wrong;
    private int _setbacks;
    private int _setbacksBefore;
    private SlotCounters _counters;

    public SlotHealth(TokenInfo token, ILogger logger)
    {
        _token = token;
        _logger = logger;
    }

    /// <summary>Told after each change, on the thread that made it; must not block.</summary>
    public Action? Changed { get; set; }

    public SlotState State => _state;

    /// <summary>True unless it is left alone: a job that it has may be signed.</summary>
    public bool MaySign => Serves || (_state == SlotState.Draining && !_distrusted);

    /// <summary>True when it is given work.</summary>
    public bool Serves => _state is SlotState.Ready or SlotState.Suspect;

    /// <summary>It made a wrong signature and has not earned its trust back.</summary>
    public bool IsDistrusted => _distrusted;

    /// <summary>True when the keeper is to probe it.</summary>
    public bool WantsProbe => _state is SlotState.Suspect or SlotState.Quarantined;

    public uint LastError => _lastError;

    /// <summary>Handles found under another one are worth nothing.</summary>
    public int Generation => Volatile.Read(ref _generation);

    /// <summary>Sessions opened under another one are to be closed before they are used.</summary>
    public int SessionEpoch => Volatile.Read(ref _epoch);

    public long Signatures => Volatile.Read(ref _counters.Signatures);

    public long WrongSignatures => Volatile.Read(ref _wrong);

    /// <summary>Smoothed, in microseconds; 0 before the first signature.</summary>
    public long Latency => Volatile.Read(ref _counters.Latency) >> Smoothing;

    public IReadOnlyDictionary<uint, long> Errors => _errors;

    /// <summary>Handles are worth nothing any more, sessions may be.</summary>
    public void NewGeneration() => Interlocked.Increment(ref _generation);

    /// <summary>A call returned something other than CKR_OK.</summary>
    public void Count(CKR returnValue)
    {
        _lastError = (uint)returnValue;
        _errors.AddOrUpdate((uint)returnValue, 1, static (_, count) => count + 1);
    }

    /// <summary>A signature was made. Reads first where it can: the lines are shared by all threads.</summary>
    public void Signed(long microseconds)
    {
        Interlocked.Increment(ref _counters.Signatures);
        if (Volatile.Read(ref _counters.FailuresInARow) != 0)
        {
            Volatile.Write(ref _counters.FailuresInARow, 0);
        }

        // Two threads may overwrite each other: one sample fewer.
        var before = Volatile.Read(ref _counters.Latency);
        Volatile.Write(
            ref _counters.Latency,
            before == 0 ? microseconds << Smoothing : before + microseconds - (before >> Smoothing));
    }

    /// <summary>It has had nothing to sign for a while.</summary>
    public void ForgetLatency() => Volatile.Write(ref _counters.Latency, 0);

    /// <summary>
    /// The slot's own fault: the second in a row makes it suspect, the third puts it into quarantine.
    /// </summary>
    public void Failed(CKR returnValue)
    {
        var failures = Interlocked.Increment(ref _counters.FailuresInARow);
        if (failures >= FailuresUntilQuarantine)
        {
            Gone(returnValue);
        }
        else if (failures >= FailuresUntilSuspect)
        {
            Suspect(returnValue);
        }
    }

    /// <summary>Something is wrong; the keeper is to look.</summary>
    public void Suspect(CKR returnValue)
    {
        _lastError = (uint)returnValue;
        Change(() => _state == SlotState.Ready ? SlotState.Suspect : _state, returnValue);
    }

    /// <summary>Whatever it has is worth nothing; it is left alone until a probe succeeds.</summary>
    public void Gone(CKR returnValue)
    {
        _lastError = (uint)returnValue;
        Change(
            () =>
            {
                _setbacks++;
                if (_state is SlotState.Ready or SlotState.Suspect)
                {
                    Reset();
                }

                return _draining ? SlotState.Draining : SlotState.Quarantined;
            },
            returnValue);
    }

    /// <summary>
    /// A proven key's signature is not that key's: sessions were mixed up, or the hardware is faulty. Every handle must
    /// be proven anew and every session opened anew, and the keeper asks for many right ones before it is believed.
    /// </summary>
    public void Wrong(KeyReference key)
    {
        Interlocked.Increment(ref _wrong);
        Log.WrongSignature(_logger, key, _token);
        Count(CKR.CKR_SIGNATURE_INVALID);
        Change(
            () =>
            {
                _setbacks++;
                Reset();
                _distrusted = true;
                return _draining ? SlotState.Draining : SlotState.Quarantined;
            },
            CKR.CKR_SIGNATURE_INVALID);
    }

    /// <summary>The module was initialised anew: nothing from before is valid.</summary>
    public void Reset()
    {
        Interlocked.Increment(ref _generation);
        Interlocked.Increment(ref _epoch);
    }

    public void SetDraining(bool draining)
        => Change(
            () =>
            {
                if (_draining == draining)
                {
                    return _state;
                }

                // An operator who brings it back has had it looked at; a probe follows.
                _draining = draining;
                _distrusted &= draining;
                return draining ? SlotState.Draining : SlotState.Suspect;
            },
            CKR.CKR_OK);

    /// <summary>For the keeper alone.</summary>
    /// <returns>False when it is not to be probed now.</returns>
    public bool TryBeginProbe()
    {
        lock (_gate)
        {
            if (!WantsProbe)
            {
                return false;
            }

            _setbacksBefore = _setbacks;

            // A suspect slot goes on with what it has: it may be the only one.
            if (_state == SlotState.Quarantined)
            {
                _state = SlotState.Probing;
            }

            return true;
        }
    }

    /// <summary>For the keeper alone: what the probe has shown.</summary>
    /// <param name="returnValue">CKR_OK when the slot signs.</param>
    /// <param name="isProven">True when a real signature showed it; else the next failure is enough.</param>
    public void EndProbe(CKR returnValue, bool isProven)
    {
        if (returnValue != CKR.CKR_OK)
        {
            Gone(returnValue);
            return;
        }

        Change(
            () =>
            {
                if (_state is SlotState.Draining or SlotState.Ready)
                {
                    return _state;
                }

                if (_setbacks != _setbacksBefore)
                {
                    // Somebody has seen it fail since the probe began.
                    return SlotState.Quarantined;
                }

                _distrusted = false;
                Volatile.Write(ref _counters.FailuresInARow, isProven ? 0 : FailuresUntilSuspect - 1);
                return SlotState.Ready;
            },
            CKR.CKR_OK);
    }

    private void Change(Func<SlotState> next, CKR returnValue)
    {
        SlotState before;
        SlotState after;
        lock (_gate)
        {
            before = _state;
            after = next();
            _state = after;
        }

        if (before != after)
        {
            Tell(before, after, returnValue);
            Changed?.Invoke();
        }
    }

    private void Tell(SlotState before, SlotState after, CKR returnValue)
    {
        var name = Pkcs11ReturnValue.NameOf((uint)returnValue);
        switch (after)
        {
            case SlotState.Ready:
                Log.SlotUp(_logger, _token);
                break;
            case SlotState.Suspect:
                Log.SlotSuspect(_logger, _token, name);
                break;
            case SlotState.Quarantined when before != SlotState.Probing:
                Log.SlotDown(_logger, _token, name);
                break;
            case SlotState.Draining:
                Log.SlotDrains(_logger, _token);
                break;
            default:
                break;
        }
    }
}
