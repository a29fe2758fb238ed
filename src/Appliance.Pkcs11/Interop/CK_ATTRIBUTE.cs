using System.Runtime.InteropServices;

namespace Appliance.Pkcs11.Interop;

/// <summary>
/// Packed to one byte: Windows asks for it (PKCS#11 section 2.1), and where CK_ULONG is as wide as a pointer (Linux)
/// it changes nothing. So it is for every structure here.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal unsafe struct CK_ATTRIBUTE
{
    public CULong type;
    public void* pValue;
    public CULong ulValueLen;
}
