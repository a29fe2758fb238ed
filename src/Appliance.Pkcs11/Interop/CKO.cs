namespace Appliance.Pkcs11.Interop;

/// <summary>Object classes, pkcs11t.h.</summary>
internal static class CKO
{
    public const uint CKO_CERTIFICATE = 1;
    public const uint CKO_PUBLIC_KEY = 2;
    public const uint CKO_PRIVATE_KEY = 3;
    public const uint CKO_SECRET_KEY = 4;
}
