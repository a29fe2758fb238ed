using System.Runtime.InteropServices;
using Appliance.Pkcs11.Interop;

namespace Appliance.Pkcs11.Hosting;

/// <summary>Templates and mechanisms, which are full of pointers, as they go over the wire.</summary>
internal static unsafe class CallWriting
{
    /// <summary>Type, length and value of each.</summary>
    public static void Template(this FrameWriter frame, CK_ATTRIBUTE* template, CULong count)
    {
        frame.UInt32((uint)count.Value);
        for (var i = 0; i < (int)count.Value; i++)
        {
            frame.UInt64(template[i].type.Value);
            frame.Bytes(new ReadOnlySpan<byte>(template[i].pValue, (int)template[i].ulValueLen.Value));
        }
    }

    /// <summary>Type of each, and how much room there is for its value; without room the length is asked for.</summary>
    public static void Wanted(this FrameWriter frame, CK_ATTRIBUTE* template, CULong count)
    {
        frame.UInt32((uint)count.Value);
        for (var i = 0; i < (int)count.Value; i++)
        {
            frame.UInt64(template[i].type.Value);
            frame.Flag(template[i].pValue is not null);
            frame.UInt64(template[i].ulValueLen.Value);
        }
    }

    public static void Mechanism(this FrameWriter frame, CK_MECHANISM* mechanism)
    {
        frame.UInt64(mechanism->mechanism.Value);
        switch ((uint)mechanism->mechanism.Value)
        {
            case CKM.CKM_AES_GCM when mechanism->pParameter is not null:
                var gcm = (CK_GCM_PARAMS*)mechanism->pParameter;
                frame.Byte((byte)MechanismParameter.Gcm);
                frame.Bytes(new ReadOnlySpan<byte>(gcm->pIv, (int)gcm->ulIvLen.Value));
                frame.UInt64(gcm->ulIvBits.Value);
                frame.Bytes(new ReadOnlySpan<byte>(gcm->pAAD, (int)gcm->ulAADLen.Value));
                frame.UInt64(gcm->ulTagBits.Value);
                break;
            case CKM.CKM_RSA_PKCS_OAEP when mechanism->pParameter is not null:
                var oaep = (CK_RSA_PKCS_OAEP_PARAMS*)mechanism->pParameter;
                frame.Byte((byte)MechanismParameter.Oaep);
                frame.UInt64(oaep->hashAlg.Value).UInt64(oaep->mgf.Value).UInt64(oaep->source.Value);
                frame.Bytes(new ReadOnlySpan<byte>(oaep->pSourceData, (int)oaep->ulSourceDataLen.Value));
                break;
            default:
                frame.Byte((byte)MechanismParameter.Plain);
                frame.Bytes(new ReadOnlySpan<byte>(mechanism->pParameter, (int)mechanism->ulParameterLen.Value));
                break;
        }
    }
}
