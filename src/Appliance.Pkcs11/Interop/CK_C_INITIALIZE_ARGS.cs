using System.Runtime.InteropServices;

namespace Appliance.Pkcs11.Interop;

[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal unsafe struct CK_C_INITIALIZE_ARGS
{
    public void* CreateMutex;
    public void* DestroyMutex;
    public void* LockMutex;
    public void* UnlockMutex;
    public CULong flags;
    public void* pReserved;
}
