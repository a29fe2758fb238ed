using System.Runtime.InteropServices;

namespace Appliance.Pkcs11.Interop;

[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct CK_SESSION_INFO
{
    public CULong slotID;
    public CULong state;
    public CULong flags;
    public CULong ulDeviceError;
}
