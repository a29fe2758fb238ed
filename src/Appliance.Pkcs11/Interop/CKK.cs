namespace Appliance.Pkcs11.Interop;

/// <summary>Key types, pkcs11t.h.</summary>
internal static class CKK
{
    public const uint CKK_RSA = 0x00;
    public const uint CKK_EC = 0x03;
    public const uint CKK_GENERIC_SECRET = 0x10;
    public const uint CKK_AES = 0x1F;
}
