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
    /// <returns>False when the job gave way and goes on later.</returns>
    public bool Run(SignJob job, InteractiveSignal interactive)
    {
        var hashes = job.Hashes;
        var count = hashes.Count;
        if (!job.Dispatched && !job.MayBegin(_slot.Time))
        {
            job.Outcome = SignOutcome.NeverDispatched;
            return true;
        }

        while (job.Next < count)
        {
            var outcome = SignNext(job, hashes[job.Next]);
            if (outcome != SignOutcome.Signed)
            {
                job.Outcome = outcome;
                return true;
            }

            job.Next++;
            job.SignedCount++;
            if (job.IsBulk && interactive.IsWaiting && job.Next < count)
            {
                return false;
            }
        }

        job.ReturnValue = 0;
        job.Outcome = SignOutcome.Signed;
        return true;
    }

    private SignOutcome SignNext(SignJob job, byte[] hash)
    {
        var returnValue = CKR.CKR_OK;
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            returnValue = Open();
            if (returnValue != CKR.CKR_OK)
            {
                job.ReturnValue = (uint)returnValue;
                return SignOutcome.TokenUnavailable;
            }

            returnValue = _slot.FindKey(_handle, job.Key, out var key);
            if (returnValue == CKR.CKR_OK && key is null)
            {
                job.ReturnValue = (uint)CKR.CKR_OK;
                return SignOutcome.KeyUnusable;
            }

            byte[]? signature = null;
            if (returnValue == CKR.CKR_OK)
            {
                returnValue = HashSigner.Sign(
                    _slot.Token.Api, _handle, key!.Handle, job.Scheme, job.Key.Shape, hash, job, out signature);
            }

            if (returnValue == CKR.CKR_OK)
            {
                _slot.MarkSigned();
                if (key!.IsProven || Prove(job, key, hash, signature!))
                {
                    job.Signatures[job.Next] = signature;
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
