using System.Runtime.InteropServices;

namespace Appliance.Pkcs11.Interop;

[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal unsafe struct CK_RSA_PKCS_OAEP_PARAMS
{
    public CULong hashAlg;
    public CULong mgf;
    public CULong source;
    public void* pSourceData;
    public CULong ulSourceDataLen;
}
