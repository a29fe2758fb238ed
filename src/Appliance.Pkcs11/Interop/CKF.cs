namespace Appliance.Pkcs11.Interop;

/// <summary>Flags, pkcs11t.h; those of CK_TOKEN_INFO are in <see cref="TokenFlags"/>.</summary>
internal static class CKF
{
    public const uint CKF_OS_LOCKING_OK = 0x2;
    public const uint CKF_RW_SESSION = 0x2;
    public const uint CKF_SERIAL_SESSION = 0x4;
    public const uint CKF_ENCRYPT = 0x100;
    public const uint CKF_DECRYPT = 0x200;
    public const uint CKF_WRAP = 0x20000;
    public const uint CKF_UNWRAP = 0x40000;
}
