using System.Runtime.InteropServices;

namespace Appliance.Pkcs11.Interop;

[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal unsafe struct CK_INTERFACE
{
    public byte* pInterfaceName;
    public byte* pFunctionList;
    public CULong flags;
}
