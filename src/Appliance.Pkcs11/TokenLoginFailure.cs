namespace Appliance.Pkcs11;

/// <summary>Why a login did not happen.</summary>
public enum TokenLoginFailure
{
    /// <summary>The token refused this PIN now; it is remembered and will not be tried again.</summary>
    PinRefused,

    /// <summary>
    /// This PIN was refused before (this process, another one, or another node); the token was not asked.
    /// </summary>
    PinRefusedBefore,

    /// <summary>Earlier logins were begun and their ends are not known; the token was not asked.</summary>
    UnfinishedAttempts,

    /// <summary>
    /// Few attempts are left (CKF_USER_PIN_COUNT_LOW) and force was not given; the token was not asked.
    /// </summary>
    CountLow,

    /// <summary>One attempt is left (CKF_USER_PIN_FINAL_TRY); the appliance never takes it.</summary>
    FinalTry,

    /// <summary>The PIN is locked; the security officer must reset it.</summary>
    Locked,

    /// <summary>The token has no user PIN yet.</summary>
    NotInitialized,

    /// <summary>The PIN could not be obtained, or is empty or of a length the token does not take.</summary>
    PinMissing,

    /// <summary>Refused PINs could not be recorded, so trying one is not safe.</summary>
    CannotRemember,

    /// <summary>The token failed for another reason.</summary>
    TokenError,
}
