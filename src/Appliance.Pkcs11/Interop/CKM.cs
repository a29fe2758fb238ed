namespace Appliance.Pkcs11.Interop;

/// <summary>Mechanisms, pkcs11t.h.</summary>
internal static class CKM
{
    public const uint CKM_RSA_PKCS_KEY_PAIR_GEN = 0x0000;
    public const uint CKM_RSA_PKCS = 0x0001;
    public const uint CKM_RSA_PKCS_OAEP = 0x0009;
    public const uint CKM_RSA_PKCS_PSS = 0x000D;
    public const uint CKM_SHA_1 = 0x0220;
    public const uint CKM_SHA256 = 0x0250;
    public const uint CKM_EC_KEY_PAIR_GEN = 0x1040;
    public const uint CKM_ECDSA = 0x1041;
    public const uint CKM_AES_KEY_GEN = 0x1080;
    public const uint CKM_AES_GCM = 0x1087;
    public const uint CKM_AES_KEY_WRAP_PAD = 0x210A;
    public const uint CKM_AES_KEY_WRAP_KWP = 0x210B;
}
