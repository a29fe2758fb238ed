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
    public static CKR Run(Slot slot, int times)
    {
        var returnValue = slot.Open(out var session, isProbe: true);
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
            }

            return returnValue == CKR.CKR_OK && found is null ? CKR.CKR_KEY_HANDLE_INVALID : returnValue;
        }
        finally
        {
            slot.Close(session);
        }
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
        return returnValue == CKR.CKR_OK && !PublicKeyVerifier.Verify(key, scheme, s_hash, signature!)
            ? CKR.CKR_SIGNATURE_INVALID
            : returnValue;
    }
}
