using System.Runtime.InteropServices;

namespace Appliance.Pkcs11.Interop;

[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal unsafe struct CK_GCM_PARAMS
{
    public byte* pIv;
    public CULong ulIvLen;
    public CULong ulIvBits;
    public byte* pAAD;
    public CULong ulAADLen;
    public CULong ulTagBits;
}
