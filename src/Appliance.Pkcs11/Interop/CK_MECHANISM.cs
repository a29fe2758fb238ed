using System.Runtime.InteropServices;

namespace Appliance.Pkcs11.Interop;

[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal unsafe struct CK_MECHANISM
{
    public CULong mechanism;
    public void* pParameter;
    public CULong ulParameterLen;
}
