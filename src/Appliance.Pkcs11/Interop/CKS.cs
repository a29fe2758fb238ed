namespace Appliance.Pkcs11.Interop;

/// <summary>Session states, pkcs11t.h.</summary>
internal static class CKS
{
    public const uint CKS_RO_USER_FUNCTIONS = 1;
    public const uint CKS_RW_USER_FUNCTIONS = 3;
}
