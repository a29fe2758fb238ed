using System.Collections.Frozen;
using Appliance.Pkcs11.Interop;

namespace Appliance.Pkcs11.Sessions;

/// <summary>
/// Return value to recovery, as data (meanings: PKCS#11 3.0 section 5.1; behaviour of vendors as seen in the field).
/// PIN values are in no row that retries: a PIN is never tried twice by itself.
/// </summary>
internal static class ReturnValuePolicy
{
    private static readonly FrozenDictionary<CKR, SignRecovery> s_table = new Dictionary<CKR, SignRecovery>
    {
        [CKR.CKR_SESSION_HANDLE_INVALID] = SignRecovery.ReplaceSession,
        [CKR.CKR_SESSION_CLOSED] = SignRecovery.ReplaceSession,
        [CKR.CKR_OPERATION_ACTIVE] = SignRecovery.ReplaceSession,
        [CKR.CKR_OPERATION_NOT_INITIALIZED] = SignRecovery.ReplaceSession,
        [CKR.CKR_BUFFER_TOO_SMALL] = SignRecovery.ReplaceSession,
        [CKR.CKR_DEVICE_MEMORY] = SignRecovery.ReplaceSession,
        [CKR.CKR_HOST_MEMORY] = SignRecovery.ReplaceSession,
        [CKR.CKR_SESSION_COUNT] = SignRecovery.SuspectSlot,

        [CKR.CKR_DEVICE_ERROR] = SignRecovery.SuspectSlot,
        [CKR.CKR_GENERAL_ERROR] = SignRecovery.SuspectSlot,
        [CKR.CKR_FUNCTION_FAILED] = SignRecovery.SuspectSlot,
        [CKR.CKR_TOKEN_RESOURCE_EXCEEDED] = SignRecovery.SuspectSlot,

        [CKR.CKR_DEVICE_REMOVED] = SignRecovery.SlotDown,
        [CKR.CKR_TOKEN_NOT_PRESENT] = SignRecovery.SlotDown,
        [CKR.CKR_TOKEN_NOT_RECOGNIZED] = SignRecovery.SlotDown,
        [CKR.CKR_SLOT_ID_INVALID] = SignRecovery.SlotDown,
        [CKR.CKR_CRYPTOKI_NOT_INITIALIZED] = SignRecovery.SlotDown,
        [CKR.CKR_FIPS_SELF_TEST_FAILED] = SignRecovery.SlotDown,
        [CKR.CKR_PIN_INCORRECT] = SignRecovery.SlotDown,
        [CKR.CKR_PIN_INVALID] = SignRecovery.SlotDown,
        [CKR.CKR_PIN_LEN_RANGE] = SignRecovery.SlotDown,
        [CKR.CKR_PIN_EXPIRED] = SignRecovery.SlotDown,
        [CKR.CKR_PIN_LOCKED] = SignRecovery.SlotDown,

        [CKR.CKR_USER_NOT_LOGGED_IN] = SignRecovery.LogIn,

        [CKR.CKR_KEY_HANDLE_INVALID] = SignRecovery.FindKey,
        [CKR.CKR_OBJECT_HANDLE_INVALID] = SignRecovery.FindKey,

        [CKR.CKR_KEY_FUNCTION_NOT_PERMITTED] = SignRecovery.KeyUnusable,
        [CKR.CKR_KEY_TYPE_INCONSISTENT] = SignRecovery.KeyUnusable,
        [CKR.CKR_KEY_SIZE_RANGE] = SignRecovery.KeyUnusable,
        [CKR.CKR_WRAPPED_KEY_INVALID] = SignRecovery.KeyUnusable,
        [CKR.CKR_WRAPPED_KEY_LEN_RANGE] = SignRecovery.KeyUnusable,
        [CKR.CKR_UNWRAPPING_KEY_HANDLE_INVALID] = SignRecovery.KeyUnusable,
        [CKR.CKR_UNWRAPPING_KEY_SIZE_RANGE] = SignRecovery.KeyUnusable,
        [CKR.CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT] = SignRecovery.KeyUnusable,
    }.ToFrozenDictionary();

    public static SignRecovery For(CKR returnValue) => s_table.GetValueOrDefault(returnValue, SignRecovery.Fail);
}
