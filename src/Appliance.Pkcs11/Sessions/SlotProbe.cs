using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Appliance.Pkcs11.Interop;
using Appliance.Pkcs11.Keys;
using Appliance.Pkcs11.Schemes;

namespace Appliance.Pkcs11.Sessions;

/// <summary>
/// Tries a slot: a new session, the login, and a real signature with the appliance's probe key, verified. Signers' keys
/// are never used: nobody has authorised that.
/// </summary>
internal static class SlotProbe
{
    private static readonly SignatureScheme s_rsa = new(SignatureKind.RsaPkcs1, HashAlgorithmName.SHA256);
    private static readonly SignatureScheme s_ec = new(SignatureKind.EcdsaDer, HashAlgorithmName.SHA256);

    /// <summary>What is signed: told apart in any trail from everything that anybody asked for.</summary>
    private static readonly byte[] s_hash = SHA256.HashData("appliance probe"u8);

    /// <summary>CKR_OK when the slot signs; CKR_SIGNATURE_INVALID when it does so wrongly.</summary>
    /// <param name="slot">Entered.</param>
    /// <param name="times">Signatures to make, each verified.</param>
    /// <param name="isProven">True when signatures were made.</param>
    public static CKR Run(Slot slot, int times, out bool isProven)
    {
        isProven = false;
        var returnValue = slot.Open(out var session, isProbe: true);
        if (slot.IsFull(returnValue) && times == 1)
        {
            // All that there are sign for others: that the login stands is what can be known.
            return slot.EnsureLoggedIn();
        }

        if (returnValue != CKR.CKR_OK)
        {
            return returnValue;
        }

        try
        {
            if (slot.Token.ProbeKey is not { } key)
            {
                return CKR.CKR_OK;
            }

            returnValue = slot.FindKey(session, key, out var found);
            for (var i = 0; i < times && returnValue == CKR.CKR_OK && found is not null; i++)
            {
                returnValue = Sign(slot, session, key, found.Handle);
                isProven = true;
            }

            return returnValue == CKR.CKR_OK && found is null
                ? Lost(slot, key)
                : returnValue is CKR.CKR_KEY_HANDLE_INVALID or CKR.CKR_OBJECT_HANDLE_INVALID
                    ? Lost(slot, key, returnValue)
                    : returnValue;
        }
        finally
        {
            slot.Close(session);
        }
    }

    /// <summary>Somebody has removed the key, or its handle is stale: it is found anew, or another is made.</summary>
    private static CKR Lost(Slot slot, KeyReference key, CKR returnValue = CKR.CKR_KEY_HANDLE_INVALID)
    {
        slot.Forget(key);
        slot.Token.ProbeKey = null;
        return returnValue;
    }

    private static CKR Sign(Slot slot, CULong session, KeyReference key, CULong handle)
    {
        var scheme = key.IsRsa ? s_rsa : s_ec;
        var returnValue = HashSigner.Sign(
            slot.Token.Api,
            session,
            handle,
            scheme,
            key.Shape,
            s_hash,
            authenticate: null,
            job: null,
            out var signature,
            out _);
        if (returnValue is CKR.CKR_SIGNATURE_LEN_RANGE
            || (returnValue == CKR.CKR_OK && !PublicKeyVerifier.Verify(key, scheme, s_hash, signature!)))
        {
            slot.Health.Wrong(key);
            return CKR.CKR_SIGNATURE_INVALID;
        }

        return returnValue;
    }
}
