using System.Diagnostics.CodeAnalysis;

namespace Appliance.Pkcs11;

/// <summary>Flags of CK_TOKEN_INFO (PKCS#11 3.0 table 6).</summary>
[Flags]
[SuppressMessage("Naming", "CA1711", Justification = "The standard calls them flags.")]
public enum TokenFlags : uint
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>CKF_RNG: has a random number generator.</summary>
    Rng = 0x1,

    /// <summary>CKF_WRITE_PROTECTED.</summary>
    WriteProtected = 0x2,

    /// <summary>CKF_LOGIN_REQUIRED: some functions need a login.</summary>
    LoginRequired = 0x4,

    /// <summary>CKF_USER_PIN_INITIALIZED.</summary>
    UserPinInitialized = 0x8,

    /// <summary>CKF_PROTECTED_AUTHENTICATION_PATH: the PIN is entered at the token.</summary>
    ProtectedAuthenticationPath = 0x100,

    /// <summary>CKF_TOKEN_INITIALIZED.</summary>
    TokenInitialized = 0x400,

    /// <summary>CKF_USER_PIN_COUNT_LOW: a wrong PIN was entered at least once since the last right one.</summary>
    UserPinCountLow = 0x10000,

    /// <summary>CKF_USER_PIN_FINAL_TRY: the next wrong PIN locks the token.</summary>
    UserPinFinalTry = 0x20000,

    /// <summary>CKF_USER_PIN_LOCKED: no login is possible until the security officer resets the PIN.</summary>
    UserPinLocked = 0x40000,

    /// <summary>CKF_USER_PIN_TO_BE_CHANGED: the PIN is the default or has expired.</summary>
    UserPinToBeChanged = 0x80000,
}
