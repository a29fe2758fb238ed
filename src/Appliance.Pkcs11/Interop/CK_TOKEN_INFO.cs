using System.Runtime.InteropServices;

namespace Appliance.Pkcs11.Interop;

/// <summary>204 bytes packed with a wide CK_ULONG; libraries built without packing write 208.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1, Size = 208)]
internal unsafe struct CK_TOKEN_INFO
{
    public fixed byte label[32];
    public fixed byte manufacturerID[32];
    public fixed byte model[16];
    public fixed byte serialNumber[16];
    public CULong flags;
    public CULong ulMaxSessionCount;
    public CULong ulSessionCount;
    public CULong ulMaxRwSessionCount;
    public CULong ulRwSessionCount;
    public CULong ulMaxPinLen;
    public CULong ulMinPinLen;
    public CULong ulTotalPublicMemory;
    public CULong ulFreePublicMemory;
    public CULong ulTotalPrivateMemory;
    public CULong ulFreePrivateMemory;
    public CK_VERSION hardwareVersion;
    public CK_VERSION firmwareVersion;
    public fixed byte utcTime[16];
}
