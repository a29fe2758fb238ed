namespace Appliance.Pkcs11.Interop;

/// <summary>Attributes, pkcs11t.h.</summary>
internal static class CKA
{
    public const uint CKA_CLASS = 0x000;
    public const uint CKA_TOKEN = 0x001;
    public const uint CKA_PRIVATE = 0x002;
    public const uint CKA_LABEL = 0x003;
    public const uint CKA_VALUE = 0x011;
    public const uint CKA_CERTIFICATE_TYPE = 0x080;
    public const uint CKA_KEY_TYPE = 0x100;
    public const uint CKA_ID = 0x102;
    public const uint CKA_SENSITIVE = 0x103;
    public const uint CKA_ENCRYPT = 0x104;
    public const uint CKA_DECRYPT = 0x105;
    public const uint CKA_WRAP = 0x106;
    public const uint CKA_UNWRAP = 0x107;
    public const uint CKA_SIGN = 0x108;
    public const uint CKA_VERIFY = 0x10A;
    public const uint CKA_DERIVE = 0x10C;
    public const uint CKA_MODULUS = 0x120;
    public const uint CKA_MODULUS_BITS = 0x121;
    public const uint CKA_PUBLIC_EXPONENT = 0x122;
    public const uint CKA_VALUE_LEN = 0x161;
    public const uint CKA_EXTRACTABLE = 0x162;
    public const uint CKA_EC_PARAMS = 0x180;
    public const uint CKA_EC_POINT = 0x181;
    public const uint CKA_ALWAYS_AUTHENTICATE = 0x202;

    /// <summary>NSS's own (pkcs11n.h): of an elliptic-curve key the uncompressed point.</summary>
    public const uint CKA_NSS_DB = 0xD5A0_DB00;
}
