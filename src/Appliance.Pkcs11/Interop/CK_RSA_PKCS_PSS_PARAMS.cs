using System.Runtime.InteropServices;

namespace Appliance.Pkcs11.Interop;

[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct CK_RSA_PKCS_PSS_PARAMS
{
    public CULong hashAlg;
    public CULong mgf;
    public CULong sLen;
}
