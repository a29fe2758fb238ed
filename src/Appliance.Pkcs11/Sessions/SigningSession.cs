using System.Runtime.InteropServices;
using Appliance.Pkcs11.Interop;
using Appliance.Pkcs11.Keys;
using Appliance.Pkcs11.Schemes;

namespace Appliance.Pkcs11.Sessions;

/// <summary>
/// One session, used by one thread at a time (its worker, or the caller that rented it). Signs hash by hash and repairs
/// what can be repaired: 1 an open session, 2 a key handle, 3 C_SignInit and C_Sign, 4 proof of a new handle,
/// 5 recovery by the policy table.
/// </summary>
internal sealed class SigningSession
{
    /// <summary>Worst case for one hash: each recovery once.</summary>
    private const int MaxAttempts = 4;

    private readonly Slot _slot;
    private CULong _handle;
    private bool _open;

    public SigningSession(Slot slot) => _slot = slot;

    /// <summary>Opens ahead of the first job.</summary>
    public CKR Open()
    {
        if (_open)
        {
            return CKR.CKR_OK;
        }

        var returnValue = _slot.Open(out _handle);
        _open = returnValue == CKR.CKR_OK;
        return returnValue;
    }

    public void Close()
    {
        if (_open)
        {
            _open = false;
            _slot.Close(_handle);
        }
    }

    /// <summary>
    /// Signs a job to its end, or, when it is bulk and <paramref name="interactive"/> work waits, to the next
    /// signature.
    /// </summary>
    public JobProgress Run(SignJob job, InteractiveSignal interactive)
    {
        var hashes = job.Hashes;
        var count = hashes.Count;
        if (!job.Dispatched && job.MayStart?.Invoke(job) == false)
        {
            job.Outcome = SignOutcome.NeverDispatched;
            return JobProgress.Done;
        }

        while (job.Next < count)
        {
            var outcome = SignNext(job, hashes[job.Next]);
            if (outcome == SignOutcome.None)
            {
                return JobProgress.Parked;
            }

            if (outcome != SignOutcome.Signed)
            {
                job.Outcome = outcome;
                return JobProgress.Done;
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
        job.Outcome = SignOutcome.Signed;
        return JobProgress.Done;
    }

    /// <summary>None when the job is parked: then it is not this thread's any more.</summary>
    private SignOutcome SignNext(SignJob job, byte[] hash)
    {
        // Each time it was parked in vain was an attempt.
        var returnValue = job.Parks > MaxAttempts ? CKR.CKR_DEVICE_ERROR : CKR.CKR_OK;
        for (var attempt = Math.Max(job.Parks - 1, 0); attempt < MaxAttempts; attempt++)
        {
            returnValue = Open();
            if (returnValue != CKR.CKR_OK)
            {
                job.ReturnValue = (uint)returnValue;
                return SignOutcome.TokenUnavailable;
            }

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

            if (returnValue == CKR.CKR_OK)
            {
                returnValue = SignWith(key!, job, hash, out var proven);
                if (proven)
                {
                    return SignOutcome.Signed;
                }
            }

            // Another object of that name may be the right one.
            var isWrongKey = returnValue == CKR.CKR_OK
                || ReturnValuePolicy.For(returnValue) == SignRecovery.KeyUnusable;
            if (isWrongKey ? !_slot.TryNextCandidate(job.Key, key) : !Recover(job, returnValue, attempt))
            {
                break;
            }
        }

        job.ReturnValue = (uint)returnValue;
        return Outcome(returnValue);
    }

    /// <summary>
    /// Signs and lets go of the key. Not believed without a proof are new handles, and those whose slot was reset, or
    /// whose owner lost its session, while they were used: they may be another key's.
    /// </summary>
    private CKR SignWith(FoundKey key, SignJob job, byte[] hash, out bool proven)
    {
        proven = false;
        try
        {
            var returnValue = HashSigner.Sign(
                _slot.Token.Api, _handle, key.Handle, job.Scheme, job.Key.Shape, hash, job, out var signature);
            if (returnValue != CKR.CKR_OK)
            {
                return returnValue;
            }

            _slot.MarkSigned();
            var held = key.Holds && key.Generation == _slot.Generation;
            proven = (held && key.IsProven) || Prove(job, key, hash, signature!);
            if (proven)
            {
                job.Signatures[job.Next] = signature;
            }

            return proven || held ? CKR.CKR_OK : CKR.CKR_KEY_HANDLE_INVALID;
        }
        finally
        {
            key.Release();
        }
    }

    /// <summary>
    /// A key found by name is believed when one signature has verified with the credential's public key.
    /// </summary>
    private static bool Prove(SignJob job, FoundKey key, byte[] hash, byte[] signature)
    {
        if (!PublicKeyVerifier.Verify(job.Key, job.Scheme, hash, signature))
        {
            return false;
        }

        key.MarkProven();
        return true;
    }

    /// <summary>True when another attempt makes sense.</summary>
    private bool Recover(SignJob job, CKR returnValue, int attempt)
    {
        switch (ReturnValuePolicy.For(returnValue))
        {
            case SignRecovery.FindKey:
                _slot.Forget(job.Key);
                return attempt == 0;
            case SignRecovery.LogIn:
                var login = _slot.EnsureLoggedIn();
                if (login != CKR.CKR_OK)
                {
                    Close();
                    _slot.MarkDown(login);
                }

                return login == CKR.CKR_OK && attempt < 2;
            case SignRecovery.ReplaceSession:
                _slot.Note(returnValue);
                Close();
                return attempt < 2;
            case SignRecovery.SuspectSlot:
                _slot.Note(returnValue);
                Close();
                _slot.Suspect(returnValue);
                return attempt == 0;
            case SignRecovery.SlotDown:
                Close();
                _slot.MarkDown(returnValue);
                return false;
            default:
                return false;
        }
    }

    /// <summary>CKR_OK comes here when the signature did not verify.</summary>
    private static SignOutcome Outcome(CKR returnValue) => ReturnValuePolicy.For(returnValue) switch
    {
        _ when returnValue == CKR.CKR_OK => SignOutcome.KeyUnusable,
        SignRecovery.Fail => SignOutcome.Failed,
        SignRecovery.KeyUnusable or SignRecovery.FindKey => SignOutcome.KeyUnusable,
        _ => SignOutcome.TokenUnavailable,
    };
}
