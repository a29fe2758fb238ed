namespace Appliance.Pkcs11.Policy;

/// <summary>
/// The vendor profiles as data. Each value names its source: a vendor's page, a project and its thread, or what was
/// seen when the module ran here; "default" where nobody says anything.
/// </summary>
internal static class ProfileCatalog
{
    private const string OsLocking = "CKF_OS_LOCKING_OK";
    private const uint AesKeyWrapPad = 0x210A;
    private const uint AesKeyWrapKwp = 0x210B;

    public static VendorProfile Default() => new()
    {
        Name = "default",
        MaxSessions = new(null, "C_GetTokenInfo tells it"),
        IdleTimeout = new(null, ProfileValue<TimeSpan?>.Default),
        KeepAlive = new(
            TimeSpan.FromMinutes(10), "below the 15 minutes to 2 hours of many: node-webcrypto-p11#56"),
        OpenPace = new(TimeSpan.Zero, ProfileValue<TimeSpan>.Default),
        IsParallel = new(true, "PKCS#11 6.7.6: each thread a session of its own"),
        Locking = new(OsLocking, "libp11 PR#396; kms-integrations demands it"),
        MayReinitialize = new(true, ProfileValue<bool>.Default),
        KeyWrapPadded = new(null, ProfileValue<uint?>.Default),
        UnwrapsWithPoint = new(false, ProfileValue<bool>.Default),
    };

    public static VendorProfile SoftHsm2() => Default() with
    {
        Name = "SoftHSM2",
        Matches =
        [
            new ProfileMatch { Manufacturer = "SoftHSM project", Source = "run here with 2.6.1" },
            new ProfileMatch { Library = "SoftHSM", Source = "run here with 2.6.1" },
        ],
        KeepAlive = new(null, "run here with 2.6.1: sessions do not end by themselves"),
        Locking = new(OsLocking, "unsafe without: aws-kms-xks-proxy PR#34"),
        MayReinitialize = new(true, "run here with 2.6.1"),
        KeyWrapPadded = new(AesKeyWrapPad, "run here with 2.6.1: it is RFC 5649; there is no 0x210B"),
    };

    public static VendorProfile Luna() => Default() with
    {
        Name = "Luna",
        Matches =
        [
            new ProfileMatch { File = "libCryptoki2", Source = "thalesdocs luna: file of the client" },
            new ProfileMatch { Library = "Chrystoki", Source = ProfileValue<string>.Default },
            new ProfileMatch { Manufacturer = "SafeNet", Model = "Luna", Source = ProfileValue<string>.Default },
        ],
        KeepAlive = new(
            TimeSpan.FromSeconds(60),
            "an HA group looks for lost members inside a call, every 60 s: thalesdocs luna/7.4 sdk/design/ha"),
        KeyWrapPadded = new(0x80000171, "CKM_AES_KWP of the client's header"),
    };

    public static VendorProfile NShield() => Default() with
    {
        Name = "nShield",
        Matches =
        [
            new ProfileMatch { File = "cknfast", Source = "nshielddocs v12.80 api-generic/pkcs11: libcknfast" },
            new ProfileMatch { Manufacturer = "nCipher Corp. Ltd", Source = "C_GetTokenInfo as notary shows it" },
            new ProfileMatch { Library = "nCipher", Source = ProfileValue<string>.Default },
        ],
    };

    public static VendorProfile Utimaco() => Default() with
    {
        Name = "Utimaco",
        Matches =
        [
            new ProfileMatch { File = "cs_pkcs11", Source = "libcs_pkcs11_R2.so, libcs_pkcs11_R3.so" },
            new ProfileMatch { Library = "Utimaco", Source = ProfileValue<string>.Default },
            new ProfileMatch { Manufacturer = "Utimaco", Source = ProfileValue<string>.Default },
        ],
        IdleTimeout = new(TimeSpan.FromMinutes(15), "SignServer Troubleshooting, unless KeepAlive = true"),
        KeepAlive = new(TimeSpan.FromMinutes(5), "a third of its idle time"),
    };

    public static VendorProfile AwsCloudHsm() => Default() with
    {
        Name = "AWS CloudHSM",
        Matches =
        [
            new ProfileMatch { File = "cloudhsm_pkcs11", Source = "AWS CloudHSM user guide: libcloudhsm_pkcs11.so" },
            new ProfileMatch { Manufacturer = "Marvell", Source = "AWS CloudHSM user guide: hsm-info" },
            new ProfileMatch { Manufacturer = "Cavium", Source = ProfileValue<string>.Default },
        ],
        OpenPace = new(
            TimeSpan.FromMilliseconds(100),
            "that fast opens fail: awsdocs/aws-cloudhsm-user-guide#27, crypto11 README; how fast: default"),
        KeyWrapPadded = new(
            0x8000216F, "CKM_CLOUDHSM_AES_KEY_WRAP_ZERO_PAD, which is RFC 5649: AWS CloudHSM user guide"),
    };

    public static VendorProfile YubiHsm2() => Default() with
    {
        Name = "YubiHSM 2",
        Matches =
        [
            new ProfileMatch { File = "yubihsm_pkcs11", Source = "docs.yubico.com hsm2-pkcs11-guide" },
            new ProfileMatch { Library = "YubiHSM", Source = "yubihsm-shell: YUBIHSM_PKCS11_LIBDESC" },
        ],
        MaxSessions = new(16, "yubihsm-shell#379, offline-keystore#44"),
        IdleTimeout = new(TimeSpan.FromSeconds(30), "yubihsm-shell#541, tmkms#682"),
        KeepAlive = new(TimeSpan.FromSeconds(10), "a third of its idle time"),
        MayReinitialize = new(true, "only that helps: yubihsm-shell#541, #268"),
        KeyWrapPadded = new(null, "keys are wrapped by CKM_YUBICO_AES_CCM_WRAP, which is not RFC 5649"),
    };

    public static VendorProfile Kryoptic() => Default() with
    {
        Name = "Kryoptic",
        Matches = [new ProfileMatch { Library = "Kryoptic", Source = "kryoptic: MANUFACTURER_ID" }],
        KeepAlive = new(null, "a library without a device"),
        KeyWrapPadded = new(AesKeyWrapKwp, "PKCS#11 3.0: CKM_AES_KEY_WRAP_KWP"),
    };

    public static VendorProfile Nss() => Default() with
    {
        Name = "NSS",
        Matches =
        [
            new ProfileMatch { File = "softokn3", Source = "run here with 3.87.1" },
            new ProfileMatch { Manufacturer = "Mozilla Foundation", Source = "run here with 3.87.1" },
        ],
        KeepAlive = new(null, "a library without a device"),
        KeyWrapPadded = new(AesKeyWrapKwp, "run here with 3.87.1: 0x210A is another padding"),
        UnwrapsWithPoint = new(true, "run here with 3.87.1: CKR_TEMPLATE_INCOMPLETE without CKA_NSS_DB"),
    };

    public static VendorProfile P11Kit() => Default() with
    {
        Name = "p11-kit",
        Matches = [new ProfileMatch { File = "p11-kit-client", Source = "run here with 0.24.1" }],
        MayReinitialize = new(true, "only that connects to a server that was restarted: run here with 0.24.1"),
        KeyWrapPadded = new(null, "run here with 0.24.1: key wrapping does not pass it"),
    };

    public static VendorProfile Serial() => Default() with
    {
        Name = "serial",
        IsParallel = new(false, "some modules are not safe to call from two threads: PDF Tools SDK"),
    };
}
