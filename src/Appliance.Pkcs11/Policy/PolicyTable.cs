using Appliance.Pkcs11.Interop;
using static Appliance.Pkcs11.Interop.CKR;
using static Appliance.Pkcs11.Policy.SignPhase;

namespace Appliance.Pkcs11.Policy;

/// <summary>
/// Return value, phase and vendor to recovery, as data. Meanings are those of PKCS#11 3.0 section 5.1; sources name
/// the project and thread, or the vendor's page, where the behaviour was seen. No row tries a PIN twice.
/// </summary>
internal static class PolicyTable
{
    /// <summary>In a session that has a key to find or to use.</summary>
    private static readonly SignPhase[] s_use = [FindObjects, SignInit, Sign, Unwrap];

    private static readonly SignPhase[] s_sign = [SignInit, Sign];

    private static readonly SignPhase[] s_unwrap = [Unwrap];

    private static readonly SignPhase[] s_open = [OpenSession];

    /// <summary>All but C_GetSessionInfo, whose every failure means: log in again, which sees the rest.</summary>
    private static readonly SignPhase[] s_all
        = [Initialize, OpenSession, SignPhase.Login, FindObjects, SignInit, Sign, Unwrap];

    /// <summary>All rows; no two for the same profile, phase and value.</summary>
    public static IReadOnlyList<PolicyRow> Rows { get; } =
        [.. OfLogins(), .. OfSessions(), .. OfDevices(), .. OfKeys(), .. OfProfiles()];

    private static IEnumerable<PolicyRow> OfLogins() =>
    [
        .. Each(
            SignRecovery.Proceed,
            "PKCS#11 5.4: another part of the process initialised it (one library, several openers)",
            [Initialize],
            CKR_CRYPTOKI_ALREADY_INITIALIZED),
        .. Each(
            SignRecovery.Proceed,
            "the login is the application's: Pkcs11Interop#60, cfssl PR#330, boulder PR#795",
            [SignPhase.Login],
            CKR_USER_ALREADY_LOGGED_IN),
        .. Each(
            SignRecovery.DisableSlot,
            "a second try may lock the token for good",
            [OpenSession, SignPhase.Login, FindObjects, SignInit, Sign, Unwrap],
            CKR_PIN_INCORRECT,
            CKR_PIN_INVALID,
            CKR_PIN_LEN_RANGE,
            CKR_PIN_EXPIRED,
            CKR_PIN_LOCKED),
        .. Each(
            SignRecovery.Reinitialize,
            "the library has lost its state: Pkcs11Interop#214",
            s_all,
            CKR_CRYPTOKI_NOT_INITIALIZED),
        .. Each(
            SignRecovery.LogIn,
            "idle timeout, or the last session of the application was closed: cfssl#329, crypto11#9",
            s_use,
            CKR_USER_NOT_LOGGED_IN),
    ];

    private static IEnumerable<PolicyRow> OfSessions() =>
    [
        .. Each(
            SignRecovery.ReplaceSession,
            "also at random, and when a token's removal closed all its sessions: privacyidea#1003, boulder#3468",
            s_use,
            CKR_SESSION_HANDLE_INVALID,
            CKR_SESSION_CLOSED),
        .. Each(
            SignRecovery.ReplaceSession,
            "left over, or shared with another thread: softhsm#426, miekg/pkcs11#7; not to be cleaned up but discarded",
            s_use,
            CKR_OPERATION_ACTIVE,
            CKR_OPERATION_NOT_INITIALIZED),
        .. Each(
            SignRecovery.ReplaceSession,
            "PKCS#11 5.2: the operation stays active, so the session is of no use",
            [Sign],
            CKR_BUFFER_TOO_SMALL),
        .. Each(
            SignRecovery.EvictKeys,
            "session objects pile up: SignServer P11NG",
            s_use,
            CKR_DEVICE_MEMORY,
            CKR_HOST_MEMORY),
        .. Each(
            SignRecovery.EvictKeys, "no room for another object: default", s_unwrap, CKR_TOKEN_RESOURCE_EXCEEDED),
        .. Each(
            SignRecovery.LowerCap,
            "teleport PR#52768, yubihsm-shell#379, pkcs11-provider#32",
            s_open,
            CKR_SESSION_COUNT,
            CKR_DEVICE_MEMORY,
            CKR_HOST_MEMORY),
    ];

    private static IEnumerable<PolicyRow> OfDevices() =>
    [
        .. Each(
            SignRecovery.SuspectSlot,
            "the device's trouble, or detail is not told: boulder#1003, xks-proxy, yubihsm-shell#267",
            [FindObjects, SignInit, Sign],
            CKR_DEVICE_ERROR,
            CKR_GENERAL_ERROR,
            CKR_FUNCTION_FAILED,
            CKR_TOKEN_RESOURCE_EXCEEDED,
            CKR_SESSION_COUNT),
        .. Each(
            SignRecovery.SuspectSlot,
            "the device's trouble, whatever is unwrapped",
            s_unwrap,
            CKR_DEVICE_ERROR,
            CKR_SESSION_COUNT),
        .. Each(
            SignRecovery.QuarantineSlot,
            "the token is not there: ICSF, nethsm-pkcs11, ProtectToolkit WLD",
            s_all,
            CKR_DEVICE_REMOVED,
            CKR_TOKEN_NOT_PRESENT,
            CKR_TOKEN_NOT_RECOGNIZED,
            CKR_SLOT_ID_INVALID,
            CKR_FIPS_SELF_TEST_FAILED),
    ];

    private static IEnumerable<PolicyRow> OfKeys() =>
    [
        .. Each(
            SignRecovery.FindKey,
            "stale after a reset or a logout: privacyidea#1278, cfssl#329",
            s_use,
            CKR_KEY_HANDLE_INVALID,
            CKR_OBJECT_HANDLE_INVALID),
        .. Each(
            SignRecovery.FindKey, "as for other keys: default", s_unwrap, CKR_UNWRAPPING_KEY_HANDLE_INVALID),
        .. Each(
            SignRecovery.KeyUnusable,
            "this object cannot; xks-proxy keeps the session",
            [SignInit, Sign, Unwrap],
            CKR_KEY_FUNCTION_NOT_PERMITTED,
            CKR_KEY_TYPE_INCONSISTENT,
            CKR_KEY_SIZE_RANGE),
        .. Each(
            SignRecovery.KeyUnusable,
            "the blob or its wrapping key is not what the credential says: default",
            s_unwrap,
            CKR_WRAPPED_KEY_INVALID,
            CKR_WRAPPED_KEY_LEN_RANGE,
            CKR_UNWRAPPING_KEY_SIZE_RANGE,
            CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT),
        .. Each(
            SignRecovery.KeyUnusable,
            "said of a blob that is not the token's, while the session lives: run here with SoftHSM 2.6.1",
            s_unwrap,
            CKR_GENERAL_ERROR,
            CKR_FUNCTION_FAILED,
            CKR_ARGUMENTS_BAD),
        .. Each(
            SignRecovery.KeyUnusable,
            "this token does not unwrap such keys, another slot may",
            s_unwrap,
            CKR_MECHANISM_INVALID,
            CKR_FUNCTION_NOT_SUPPORTED,
            CKR_ATTRIBUTE_VALUE_INVALID,
            CKR_ATTRIBUTE_TYPE_INVALID,
            CKR_TEMPLATE_INCONSISTENT,
            CKR_TEMPLATE_INCOMPLETE),
        .. Each(
            SignRecovery.Fail,
            "the request's fault: never counted against the slot",
            s_sign,
            CKR_DATA_INVALID,
            CKR_DATA_LEN_RANGE,
            CKR_MECHANISM_INVALID,
            CKR_MECHANISM_PARAM_INVALID,
            CKR_FUNCTION_CANCELED,
            CKR_FUNCTION_REJECTED),
    ];

    private static IEnumerable<PolicyRow> OfProfiles() =>
    [
        .. Of(
            VendorProfile.AwsCloudHsm,
            SignRecovery.PaceOpens,
            "when sessions are opened fast: awsdocs/aws-cloudhsm-user-guide#27, crypto11 README",
            s_open,
            CKR_ARGUMENTS_BAD),
        .. Of(
            VendorProfile.AwsCloudHsm,
            SignRecovery.ReplaceSession,
            "SDK 5 says it when it is busy or an HSM of the cluster was replaced: bp-cluster-management, autograph#244",
            s_sign,
            CKR_FUNCTION_FAILED),
        .. Of(
            VendorProfile.NShield,
            SignRecovery.ReplaceSession,
            "said of bad input as well, so one request does not count against the slot: field guide 5.2",
            s_sign,
            CKR_FUNCTION_FAILED),
        .. Of(
            VendorProfile.YubiHsm2,
            SignRecovery.Reinitialize,
            "the connector was lost; only C_Finalize and C_Initialize help: yubihsm-shell#541, #268",
            s_open,
            CKR_FUNCTION_FAILED,
            CKR_DEVICE_ERROR),
        .. Of(
            VendorProfile.P11Kit,
            SignRecovery.Reinitialize,
            "every call after the server's end; only C_Finalize and C_Initialize connect again: run here with 0.24.1",
            s_open,
            CKR_DEVICE_ERROR),
    ];

    private static IEnumerable<PolicyRow> Each(
        SignRecovery recovery, string source, SignPhase[] phases, params CKR[] returnValues)
        => Expand(null, recovery, source, phases, returnValues);

    private static IEnumerable<PolicyRow> Of(
        VendorProfile profile, SignRecovery recovery, string source, SignPhase[] phases, params CKR[] returnValues)
        => Expand(profile.Name, recovery, source, phases, returnValues);

    private static IEnumerable<PolicyRow> Expand(
        string? profile, SignRecovery recovery, string source, SignPhase[] phases, CKR[] returnValues)
        => from returnValue in returnValues
           from phase in phases
           select new PolicyRow(profile, phase, returnValue, recovery, source);
}
