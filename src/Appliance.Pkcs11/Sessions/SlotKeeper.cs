using System.Security.Cryptography;
using Appliance.Pkcs11.Interop;
using Appliance.Pkcs11.Modules;
using Appliance.Pkcs11.Policy;

namespace Appliance.Pkcs11.Sessions;

/// <summary>
/// The thread that looks after one slot, so that it comes back without anybody's request. A suspect slot is probed at
/// once, one in quarantine again and again: first with a new session and a new login; when that does not help, the
/// module is initialised anew, as soon as no other slot of it works.
/// </summary>
internal sealed class SlotKeeper
{
    /// <summary>Failed probes after which the module itself is suspected.</summary>
    private const int ProbesUntilReinitialise = 2;

    private static readonly TimeSpan s_firstKeyPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_longestKeyPause = TimeSpan.FromHours(1);

    private readonly object _gate = new();
    private readonly Slot _slot;
    private readonly ITimer _timer;
    private readonly ModuleUser _user;
    private readonly Thread _thread;
    private readonly CallWatch _watch;
    private readonly Action _keepAlive;
    private readonly Func<bool> _hasThreads;
    private readonly TimeSpan _look;
    private bool _due;
    private bool _stopped;
    private long _signaturesSeen = -1;
    private long _keptAlive;
    private long _askedForKey;
    private TimeSpan _keyPause;
    private int _failures;
    private CKR? _reinitialised;

    /// <param name="slot">Its slot.</param>
    /// <param name="keepAlive">Has the slot's idle sessions used, and those closed that are worth nothing.</param>
    /// <param name="hasThreads">False when all that would sign hang in the module: then no probe helps.</param>
    public SlotKeeper(Slot slot, Action keepAlive, Func<bool> hasThreads)
    {
        _slot = slot;
        _keepAlive = keepAlive;
        _hasThreads = hasThreads;
        _keptAlive = slot.Time.GetTimestamp();
        var vendor = slot.Token.Profile.KeepAlive.Value ?? TimeSpan.MaxValue;
        _look = vendor < slot.Options.IdleCheck ? vendor : slot.Options.IdleCheck;
        _watch = new CallWatch(slot);
        _timer = slot.Time.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _user = new ModuleUser(() => !slot.Health.Serves, slot.Health.Reset);
        slot.Token.Module.Add(_user);
        _thread = new Thread(Work) { IsBackground = true, Name = $"pkcs11 {slot.Token.Info.Label} keeper" };
        _thread.Start();
    }

    /// <summary>
    /// The slot has become worse, or an operator wants it back: it is looked at now. What the keeper sees itself it
    /// goes on from by itself, and in its own time.
    /// </summary>
    public void Wake()
    {
        if (Thread.CurrentThread == _thread)
        {
            return;
        }

        lock (_gate)
        {
            _due = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>For the watchdog: a probe that hangs.</summary>
    public bool Look(TimeSpan limit)
        => _watch.Look(limit, () => _slot.Health.Gone(CKR.CKR_FUNCTION_FAILED));

    public void Stop()
    {
        lock (_gate)
        {
            _stopped = true;
            Monitor.Pulse(_gate);
        }

        _timer.Dispose();
    }

    /// <summary>Once nobody else uses the slot.</summary>
    public bool Join(TimeSpan timeout)
    {
        var ended = _thread.Join(timeout);
        _slot.Token.Module.Remove(_user);
        return ended;
    }

    private void Work()
    {
        PrepareProbeKey();
        Later(_look);
        while (WaitForWork())
        {
            PrepareProbeKey();
            try
            {
                if (_slot.Health.State == SlotState.Ready)
                {
                    CheckIdle();
                }

                if (_slot.Health.TryBeginProbe())
                {
                    Probe();
                }
            }
            catch (Exception e)
            {
                // Without a keeper the slot would never come back.
                Log.KeeperThrew(_slot.Logger, _slot.Token.Info, e);
                _slot.Health.Gone(CKR.CKR_GENERAL_ERROR);
                ProbeLater();
            }
        }
    }

    /// <summary>
    /// While the token is well: when it is needed it may be too late. No limit of calls holds here, since some tokens
    /// make keys slowly.
    /// </summary>
    private void PrepareProbeKey()
    {
        if (!_slot.Options.MakeProbeKeys
            || _slot.Token.ProbeKey is not null
            || !_slot.Health.MaySign
            || (_keyPause > TimeSpan.Zero && _slot.Time.GetElapsedTime(_askedForKey) < _keyPause))
        {
            return;
        }

        _askedForKey = _slot.Time.GetTimestamp();
        _keyPause = _keyPause == TimeSpan.Zero ? s_firstKeyPause : 2 * _keyPause;
        _keyPause = _keyPause < s_longestKeyPause ? _keyPause : s_longestKeyPause;
        try
        {
            if (!_slot.Token.EnsureProbeKey())
            {
                Log.NoProbeKeyMade(_slot.Logger, _slot.Token.Info);
            }
        }
        catch (Exception e)
        {
            Log.ProbeKeyFailed(_slot.Logger, _slot.Token.Info, e.Message);
        }
    }

    /// <summary>A slot that signs tells by itself how it is.</summary>
    private void CheckIdle()
    {
        var signatures = _slot.Health.Signatures;
        if (signatures == _signaturesSeen)
        {
            // What it took when it last worked says nothing of now.
            _slot.Health.ForgetLatency();
            var returnValue = Inside(_slot.EnsureLoggedIn);
            if (returnValue is { } some and not CKR.CKR_OK)
            {
                _slot.Health.Count(some);
                _slot.Health.Suspect(some);
            }
        }

        _signaturesSeen = signatures;
        if (_slot.Token.Profile.KeepAlive.Value is { } interval && _slot.Time.GetElapsedTime(_keptAlive) >= interval)
        {
            _keptAlive = _slot.Time.GetTimestamp();
            KeepAlive();
        }

        Later(_look);
    }

    private void KeepAlive()
        => Inside(() =>
        {
            _keepAlive();
            return CKR.CKR_OK;
        });

    /// <summary>Watched, and inside the module's gate; null while the module is initialised anew.</summary>
    private CKR? Inside(Func<CKR> work)
    {
        if (!_slot.TryEnter())
        {
            return null;
        }

        _watch.Begin();
        try
        {
            return work();
        }
        finally
        {
            _watch.End();
            _slot.Leave();
        }
    }

    private bool WaitForWork()
    {
        lock (_gate)
        {
            while (!_due && !_stopped)
            {
                Monitor.Wait(_gate);
            }

            _due = false;
            return !_stopped;
        }
    }

    private void Probe()
    {
        var health = _slot.Health;
        var distrusted = health.IsDistrusted;
        if (distrusted && _slot.Token.ProbeKey is null)
        {
            // An operator wakes the keeper.
            Log.NoProbeKey(_slot.Logger, _slot.Token.Info);
            health.EndProbe(CKR.CKR_SIGNATURE_INVALID, isProven: false);
            return;
        }

        if (health.State == SlotState.Probing)
        {
            // Sessions from before hold places that the token may not have for this one.
            KeepAlive();
        }

        var isProven = false;
        var answer = Inside(() =>
        {
            var found = _slot.Token.Relocate();
            return found == CKR.CKR_OK
                ? SlotProbe.Run(_slot, distrusted ? _slot.Options.ProbesAfterWrong : 1, out isProven)
                : found;
        });
        var returnValue = answer ?? CKR.CKR_CRYPTOKI_NOT_INITIALIZED;
        if (returnValue == CKR.CKR_OK && !_hasThreads())
        {
            returnValue = CKR.CKR_FUNCTION_FAILED;
        }

        health.EndProbe(returnValue, isProven);
        _failures = returnValue == CKR.CKR_OK ? 0 : _failures + 1;
        _reinitialised = returnValue == CKR.CKR_OK ? null : _reinitialised;
        if (answer is not null && health.State == SlotState.Quarantined && MayNeedReinitialise(returnValue))
        {
            Reinitialise();
        }

        if (health.WantsProbe)
        {
            ProbeLater();
        }
        else
        {
            Later(_look);
        }
    }

    /// <summary>When the value says so, or when nothing less has helped.</summary>
    private bool MayNeedReinitialise(CKR returnValue)
    {
        var profile = _slot.Token.Profile;
        var recovery = ReturnValuePolicy.For(returnValue, SignPhase.OpenSession, profile);
        return profile.MayReinitialize.Value
            && (recovery == SignRecovery.Reinitialize || _failures >= ProbesUntilReinitialise);
    }

    private void Reinitialise()
    {
        _watch.Begin();
        try
        {
            // Told once in an outage, however often it is done.
            if (_slot.Token.Module.TryReinitialize() is { } returnValue && returnValue != _reinitialised)
            {
                _reinitialised = returnValue;
                Log.ModuleReinitialised(
                    _slot.Logger, _slot.Token.Info, Pkcs11ReturnValue.NameOf((uint)returnValue));
            }
        }
        finally
        {
            _watch.End();
        }
    }

    /// <summary>
    /// Doubling, and spread by chance: slots that went down together do not come to their device together.
    /// </summary>
    private void ProbeLater()
    {
        var options = _slot.Options;
        var interval = options.ProbeInterval;
        for (var i = 1; i < _failures && interval < options.MostProbeInterval; i++)
        {
            interval *= 2;
        }

        interval = interval < options.MostProbeInterval ? interval : options.MostProbeInterval;
        Later(interval * (RandomNumberGenerator.GetInt32(80, 121) / 100.0));
    }

    private void Later(TimeSpan interval)
    {
        lock (_gate)
        {
            if (!_stopped)
            {
                _timer.Change(interval, Timeout.InfiniteTimeSpan);
            }
        }
    }
}
