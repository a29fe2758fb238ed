using System.Runtime.InteropServices;

namespace Appliance.Pkcs11.Interop;

[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct CK_VERSION
{
    public byte major;
    public byte minor;
}
