using System.Runtime.InteropServices;
using Appliance.Pkcs11.Interop;
using Appliance.Pkcs11.Modules;

namespace Appliance.Pkcs11.Sessions;

/// <summary>
/// Finds private keys by CKA_ID and CKA_LABEL. RSA private keys tell their modulus, so those of another key are left
/// out before anything is signed with them.
/// </summary>
internal static class KeyFinder
{
    /// <exception cref="Pkcs11Exception">A call failed.</exception>
    public static CULong[] Find(Cryptoki api, CULong session, TokenInfo token, KeyReference key, int limit)
    {
        var borrowed = TokenSession.Borrow(api, session, token);
        var handles = borrowed.FindKeys(CKO.CKO_PRIVATE_KEY, key.Id.Span, key.Label, limit);
        return key.IsRsa
            ? [.. handles.Where(handle => MayBe(borrowed, handle, key))]
            : [.. handles];
    }

    /// <summary>CKA_ALWAYS_AUTHENTICATE; a token that does not tell does not ask.</summary>
    public static bool AsksEachTime(Cryptoki api, CULong session, TokenInfo token, CULong handle)
        => TokenSession.Borrow(api, session, token).Get(handle, CKA.CKA_ALWAYS_AUTHENTICATE) is [not 0, ..];

    private static bool MayBe(TokenSession session, CULong handle, KeyReference key)
        => session.Get(handle, CKA.CKA_MODULUS) is not { Length: > 0 } modulus
            || modulus.AsSpan().TrimStart((byte)0).SequenceEqual(key.Shape.Modulus.Span);
}
