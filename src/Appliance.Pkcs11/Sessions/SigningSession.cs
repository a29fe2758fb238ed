using System.Runtime.InteropServices;
using Appliance.Pkcs11.Interop;
using Appliance.Pkcs11.Keys;
using Appliance.Pkcs11.Modules;
using Appliance.Pkcs11.Policy;
using Appliance.Pkcs11.Schemes;

namespace Appliance.Pkcs11.Sessions;

/// <summary>
/// One session, used by one thread at a time (its worker, or the caller that rented it). Signs hash by hash and repairs
/// what can be repaired: 1 an open session, 2 a key handle, 3 C_SignInit and C_Sign, 4 verification of a new handle's
/// and of sampled signatures, 5 recovery by the policy table.
/// </summary>
internal sealed class SigningSession
{
    /// <summary>Worst case for one hash: each recovery once.</summary>
    public const int MaxAttempts = 4;

    private const int MaxReplacements = 2;

    private readonly Slot _slot;
    private readonly SignatureSampler _sampler;
    private readonly Func<CULong, CKR> _authenticate;
    private CULong _handle;
    private bool _open;
    private int _epoch;
    private int _incarnation;

    public SigningSession(Slot slot)
    {
        _slot = slot;
        _sampler = new SignatureSampler(slot.Options.VerifyOneIn);
        _authenticate = slot.Token.Authenticate;
        Watch = new CallWatch(slot);
    }

    /// <summary>Tells how long the call that runs has taken.</summary>
    public CallWatch Watch { get; }

    /// <summary>Opens ahead of the first job. The caller is inside the slot.</summary>
    public CKR OpenAhead()
    {
        Watch.Begin();
        var returnValue = Open();
        Watch.End();
        return returnValue;
    }

    private CKR Open()
    {
        if (_open && IsCurrent)
        {
            return CKR.CKR_OK;
        }

        Close();
        _epoch = _slot.Health.SessionEpoch;
        _incarnation = _slot.Token.Module.Incarnation;
        var returnValue = _slot.Open(out _handle);
        _open = returnValue == CKR.CKR_OK;
        IsRefused = _slot.IsFull(returnValue);
        return returnValue;
    }

    /// <summary>Opened since the slot's sessions became worthless last, and since the module was initialised.</summary>
    private bool IsCurrent
        => _epoch == _slot.Health.SessionEpoch && _incarnation == _slot.Token.Module.Incarnation;

    /// <summary>The token had no room for it when it was opened last: it has as many as are open.</summary>
    public bool IsRefused { get; private set; }

    /// <summary>Nobody may call the module now, which is being initialised anew: the handle goes with that.</summary>
    public void Forget()
    {
        if (_open)
        {
            _open = false;
            _slot.Forget();
        }
    }

    /// <summary>The caller is inside the slot.</summary>
    public void Close()
    {
        if (!_open)
        {
            return;
        }

        _open = false;
        if (_incarnation == _slot.Token.Module.Incarnation)
        {
            _slot.Close(_handle);
        }
        else
        {
            _slot.Forget();
        }
    }

    /// <summary>
    /// Uses the session, lest the token ends it for being idle; one that it has ended already is closed, and opened
    /// anew when somebody needs it. The caller is inside the slot.
    /// </summary>
    public void KeepAlive()
    {
        if (!_open)
        {
            return;
        }

        if (!IsCurrent)
        {
            Close();
            return;
        }

        Watch.Begin();
        var returnValue = TokenSession.ReadState(_slot.Token.Api, _handle, out _);
        if (returnValue != CKR.CKR_OK)
        {
            _slot.Health.Count(returnValue);
            _slot.NoteReplaced(returnValue);
            Close();
        }

        Watch.End();
    }

    /// <summary>
    /// Signs a job to its end, or, when it is bulk and <paramref name="interactive"/> work waits, to the next
    /// signature.
    /// </summary>
    public JobProgress Run(SignJob job, InteractiveSignal interactive)
    {
        var hashes = job.Hashes;
        var count = hashes.Count;
        if (!job.Dispatched && (job.WasOverdue || !job.MayBegin(_slot.Time)))
        {
            job.Outcome = SignOutcome.NeverDispatched;
            return JobProgress.Done;
        }

        while (job.Next < count)
        {
            var outcome = SignWatched(job, hashes[job.Next]);
            if (outcome == SignOutcome.None)
            {
                return JobProgress.Parked;
            }

            if (outcome != SignOutcome.Signed)
            {
                return End(job, outcome);
            }

            job.Next++;
            job.SignedCount++;
            job.Parks = 0;
            if (job.IsBulk && interactive.IsWaiting && job.Next < count)
            {
                return JobProgress.GaveWay;
            }
        }

        job.ReturnValue = 0;
        return End(job, SignOutcome.Signed);
    }

    /// <summary>
    /// The last look before signatures leave: where the slot has made a wrong one since it began with the job, all that
    /// it made for the job must verify, or another slot makes them anew.
    /// </summary>
    private JobProgress End(SignJob job, SignOutcome outcome)
    {
        job.Outcome = outcome;
        if (_slot.Health.WrongSignatures == job.WrongBefore)
        {
            return JobProgress.Done;
        }

        for (var i = job.FirstHere; i < job.Next; i++)
        {
            if (!PublicKeyVerifier.Verify(job.Key, job.Scheme, job.Hashes[i], job.Signatures[i]!))
            {
                job.Next = job.FirstHere;
                job.Outcome = Distrusted(job);
                break;
            }
        }

        return JobProgress.Done;
    }

    private SignOutcome SignWatched(SignJob job, byte[] hash)
    {
        Watch.Begin();
        try
        {
            return SignNext(job, hash);
        }
        finally
        {
            Watch.End();
        }
    }

    /// <summary>None when the job waits for its key: a parked one is not this thread's any more.</summary>
    private SignOutcome SignNext(SignJob job, byte[] hash)
    {
        // Each time that it has waited in vain was an attempt.
        var returnValue = job.Parks > MaxAttempts ? CKR.CKR_FUNCTION_FAILED : CKR.CKR_OK;
        var phase = SignPhase.FindObjects;
        for (var attempt = Math.Max(job.Parks - 1, 0); attempt < MaxAttempts; attempt++)
        {
            if (!_slot.Health.MaySign)
            {
                job.ReturnValue = _slot.Health.LastError;
                return SignOutcome.TokenUnavailable;
            }

            returnValue = Open();
            if (returnValue != CKR.CKR_OK)
            {
                job.ReturnValue = (uint)returnValue;
                return SignOutcome.TokenUnavailable;
            }

            phase = job.Key.Wrapped is null ? SignPhase.FindObjects : SignPhase.Unwrap;
            returnValue = _slot.FindKey(_handle, job, out var key);
            if (ReferenceEquals(key, FoundKey.Awaited))
            {
                return SignOutcome.None;
            }

            if (returnValue == CKR.CKR_OK && key is null)
            {
                job.ReturnValue = (uint)CKR.CKR_OK;
                return SignOutcome.KeyUnusable;
            }

            var verdict = SignatureVerdict.None;
            byte[]? signature = null;
            if (returnValue == CKR.CKR_OK)
            {
                returnValue = SignAndJudge(job, key!, hash, out signature, out verdict, ref phase);
            }

            switch (verdict)
            {
                case SignatureVerdict.Good:
                    job.Signatures[job.Next] = signature;
                    return SignOutcome.Signed;
                case SignatureVerdict.Wrong:
                    _slot.Health.Wrong(job.Key);
                    Close();
                    return Distrusted(job);
                default:
                    break;
            }

            if (!MayGoOn(job, key, verdict, (returnValue, phase), attempt))
            {
                break;
            }
        }

        job.ReturnValue = returnValue == CKR.CKR_SIGNATURE_LEN_RANGE ? 0 : (uint)returnValue;
        return Outcome(returnValue, phase);
    }

    /// <summary>Signs, lets go of the key, and says what the signature is worth.</summary>
    private CKR SignAndJudge(
        SignJob job,
        FoundKey key,
        byte[] hash,
        out byte[]? signature,
        out SignatureVerdict verdict,
        ref SignPhase phase)
    {
        verdict = SignatureVerdict.None;
        try
        {
            var returnValue = Sign(job, key, hash, out signature, out phase);
            if (returnValue is not (CKR.CKR_OK or CKR.CKR_SIGNATURE_LEN_RANGE))
            {
                return returnValue;
            }

            // A session object dies with its session, and its handle may be another key's at once: when its owner has
            // lost the session meanwhile, or the slot was reset, only what verifies is this key's.
            if (key.Generation == _slot.Health.Generation && key.Entry is not { IsDropped: true })
            {
                verdict = Judge(job, key, hash, signature);
                return returnValue;
            }

            if (signature is null || !PublicKeyVerifier.Verify(job.Key, job.Scheme, hash, signature))
            {
                return CKR.CKR_KEY_HANDLE_INVALID;
            }

            verdict = SignatureVerdict.Good;
            return returnValue;
        }
        finally
        {
            key.Release();
        }
    }

    private CKR Sign(SignJob job, FoundKey key, byte[] hash, out byte[]? signature, out SignPhase phase)
    {
        var start = _slot.Time.GetTimestamp();
        var returnValue = HashSigner.Sign(
            _slot.Token.Api,
            _handle,
            key.Handle,
            job.Scheme,
            job.Key.Shape,
            hash,
            key.AsksEachTime ? _authenticate : null,
            job,
            out signature,
            out phase);
        if (returnValue == CKR.CKR_OK)
        {
            _slot.Health.Signed(Microseconds(start));
        }

        return returnValue;
    }

    private long Microseconds(long start)
        => Math.Max(1, (long)_slot.Time.GetElapsedTime(start).TotalMicroseconds);

    private static SignOutcome Distrusted(SignJob job)
    {
        job.ReturnValue = (uint)CKR.CKR_SIGNATURE_INVALID;
        return SignOutcome.TokenUnavailable;
    }

    /// <summary>
    /// A key found by name is believed, for one way to sign, when one such signature has verified with the credential's
    /// public key; from then on samples are verified.
    /// </summary>
    private SignatureVerdict Judge(SignJob job, FoundKey key, byte[] hash, byte[]? signature)
    {
        var isProven = key.IsProven(job.Scheme);
        if (isProven && signature is not null && !_sampler.IsNext())
        {
            return SignatureVerdict.Good;
        }

        if (signature is null || !PublicKeyVerifier.Verify(job.Key, job.Scheme, hash, signature))
        {
            return isProven ? SignatureVerdict.Wrong : SignatureVerdict.OfAnotherKey;
        }

        if (!isProven)
        {
            key.MarkProven(job.Scheme);
        }

        return SignatureVerdict.Good;
    }

    /// <summary>True when another attempt makes sense.</summary>
    private bool MayGoOn(
        SignJob job, FoundKey? key, SignatureVerdict verdict, (CKR Value, SignPhase Phase) failure, int attempt)
    {
        if (IsOfOnePin(failure.Value, failure.Phase))
        {
            _slot.Health.Count(failure.Value);
            return false;
        }

        var recovery = Recovery(failure.Value, failure.Phase);

        // Another object of that name may be the right one.
        if (verdict == SignatureVerdict.OfAnotherKey || recovery == SignRecovery.KeyUnusable)
        {
            return _slot.TryNextCandidate(_handle, job.Key, key);
        }

        _slot.Health.Count(failure.Value);
        return Recover(job, failure.Value, recovery, attempt);
    }

    private bool Recover(SignJob job, CKR returnValue, SignRecovery recovery, int attempt)
    {
        switch (recovery)
        {
            case SignRecovery.FindKey:
                _slot.Forget(job.Key);

                // A token's own key is stale once; an unwrapped one whenever its owner's session dies.
                return attempt == 0 || (job.Key.Wrapped is not null && attempt < MaxAttempts - 1);
            case SignRecovery.LogIn:
                var login = _slot.EnsureLoggedIn();
                if (login == CKR.CKR_OK)
                {
                    return MayTryAgain(returnValue, attempt);
                }

                Close();
                _slot.Health.Gone(login);
                return false;
            case SignRecovery.ReplaceSession or SignRecovery.EvictKeys:
                _slot.NoteReplaced(returnValue);
                Close();
                return MayTryAgain(returnValue, attempt);
            case SignRecovery.SuspectSlot or SignRecovery.LowerCap or SignRecovery.PaceOpens:
                _slot.NoteReplaced(returnValue);
                Close();
                _slot.Health.Failed(returnValue);
                return attempt == 0;
            case SignRecovery.QuarantineSlot or SignRecovery.Reinitialize or SignRecovery.DisableSlot:
                Close();
                _slot.Health.Gone(returnValue);
                return false;
            default:
                return false;
        }
    }

    /// <summary>
    /// Twice; what a new session or login does not help either is the slot's fault, or it would fail every job and stay
    /// ready.
    /// </summary>
    private bool MayTryAgain(CKR returnValue, int attempt)
    {
        if (attempt < MaxReplacements)
        {
            return true;
        }

        _slot.Health.Failed(returnValue);
        return false;
    }

    private SignRecovery Recovery(CKR returnValue, SignPhase phase)
        => ReturnValuePolicy.For(returnValue, phase, _slot.Token.Profile);

    /// <summary>The PIN for one use of a key was not taken: that is this key's matter, not the slot's login.</summary>
    private static bool IsOfOnePin(CKR returnValue, SignPhase phase)
        => phase == SignPhase.Login
            && returnValue is CKR.CKR_PIN_INCORRECT or CKR.CKR_PIN_INVALID or CKR.CKR_PIN_LEN_RANGE
                or CKR.CKR_PIN_LOCKED or CKR.CKR_PIN_EXPIRED or CKR.CKR_USER_NOT_LOGGED_IN;

    /// <summary>CKR_OK comes here when the signature did not verify.</summary>
    private SignOutcome Outcome(CKR returnValue, SignPhase phase) => Recovery(returnValue, phase) switch
    {
        _ when returnValue is CKR.CKR_OK or CKR.CKR_SIGNATURE_LEN_RANGE => SignOutcome.KeyUnusable,
        _ when IsOfOnePin(returnValue, phase) => SignOutcome.KeyUnusable,
        SignRecovery.Fail or SignRecovery.Proceed => SignOutcome.Failed,
        SignRecovery.KeyUnusable or SignRecovery.FindKey => SignOutcome.KeyUnusable,
        _ => SignOutcome.TokenUnavailable,
    };
}
