namespace Appliance.Pkcs11.Interop;

/// <summary>Mask generation functions and the OAEP source, pkcs11t.h.</summary>
internal static class CKG
{
    public const uint CKG_MGF1_SHA1 = 1;
    public const uint CKG_MGF1_SHA256 = 2;
    public const uint CKZ_DATA_SPECIFIED = 1;
}
