using System.Runtime.InteropServices;

namespace Appliance.Pkcs11.Interop;

/// <summary>
/// As PKCS#11 has it, and one pointer longer: NSS reads text for itself (LibraryParameters) where the standard has
/// pReserved, and its own pReserved behind that. Without text both read a null pointer.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal unsafe struct CK_C_INITIALIZE_ARGS
{
    public void* CreateMutex;
    public void* DestroyMutex;
    public void* LockMutex;
    public void* UnlockMutex;
    public CULong flags;
    public byte* LibraryParameters;
    public void* pReserved;
}
