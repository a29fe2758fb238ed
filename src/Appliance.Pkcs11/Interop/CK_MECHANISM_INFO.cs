using System.Runtime.InteropServices;

namespace Appliance.Pkcs11.Interop;

[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct CK_MECHANISM_INFO
{
    public CULong ulMinKeySize;
    public CULong ulMaxKeySize;
    public CULong flags;
}
