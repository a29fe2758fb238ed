namespace Appliance.Pkcs11.Interop;

/// <summary>Users, pkcs11t.h.</summary>
internal static class CKU
{
    public const uint CKU_USER = 1;
    public const uint CKU_CONTEXT_SPECIFIC = 2;
}
