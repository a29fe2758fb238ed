using System.Runtime.InteropServices;
using Appliance.Pkcs11.Interop;

namespace Appliance.Pkcs11.Login;

/// <summary>
/// The login of one token, as its users ask for it. Two ship: the one that has the PIN, and, in a process that hosts a
/// module, the one that asks its parent.
/// </summary>
internal abstract class UserLogin : IDisposable
{
    /// <summary>True once a login was asked for.</summary>
    public abstract bool IsWanted { get; }

    /// <summary>Counts the logins made: what was found under an earlier one is worth nothing.</summary>
    public abstract int Logins { get; }

    public abstract bool IsLoggedIn { get; }

    public abstract void LogIn(PinSource pin, RefusedPins refused, bool force);

    /// <summary>CKR_OK when logged in, or when no login was ever asked for.</summary>
    public abstract CKR Ensure(out bool lost);

    /// <summary>
    /// The PIN for one signature of a key that asks each time (CKA_ALWAYS_AUTHENTICATE), after C_SignInit in the same
    /// session.
    /// </summary>
    public abstract CKR Authenticate(CULong session);

    /// <summary>After the module was initialised anew: the token's slot may have another number.</summary>
    public abstract void Relocate(TokenInfo token);

    public abstract void Dispose();
}
