using System.Runtime.InteropServices;
using Appliance.Pkcs11.Interop;

namespace Appliance.Pkcs11.Hosting;

/// <content>Objects: create, find, read, destroy.</content>
internal sealed unsafe partial class RemoteCryptoki
{
    private const int MaxAttributes = 64;

    public override CKR C_CreateObject(CULong hSession, CK_ATTRIBUTE* pTemplate, CULong ulCount, CULong* phObject)
    {
        using var call = Begin(HostedFunction.C_CreateObject, hSession);
        call.Request.Template(pTemplate, ulCount);
        return Handle(call, phObject);
    }

    public override CKR C_DestroyObject(CULong hSession, CULong hObject)
    {
        using var call = Begin(HostedFunction.C_DestroyObject, hSession).Number(hObject);
        return call.InvokeOnly();
    }

    public override CKR C_GetAttributeValue(CULong hSession, CULong hObject, CK_ATTRIBUTE* pTemplate, CULong ulCount)
    {
        if (ulCount.Value > MaxAttributes)
        {
            return CKR.CKR_ARGUMENTS_BAD;
        }

        using var call = Begin(HostedFunction.C_GetAttributeValue, hSession).Number(hObject);
        call.Request.Wanted(pTemplate, ulCount);
        var returnValue = call.Invoke();

        // These say which attribute it was, and tell the others.
        if (returnValue is CKR.CKR_OK or CKR.CKR_ATTRIBUTE_SENSITIVE or CKR.CKR_ATTRIBUTE_TYPE_INVALID
            or CKR.CKR_BUFFER_TOO_SMALL)
        {
            for (var i = 0; i < (int)ulCount.Value; i++)
            {
                var room = pTemplate[i].pValue is null ? 0 : (ulong)pTemplate[i].ulValueLen.Value;
                pTemplate[i].ulValueLen = new CULong((nuint)call.ReadNumber());
                call.ReadBytes((byte*)pTemplate[i].pValue, room);
            }
        }

        return call.End(returnValue);
    }

    public override CKR C_FindObjectsInit(CULong hSession, CK_ATTRIBUTE* pTemplate, CULong ulCount)
    {
        using var call = Begin(HostedFunction.C_FindObjectsInit, hSession);
        call.Request.Template(pTemplate, ulCount);
        return call.InvokeOnly();
    }

    public override CKR C_FindObjects(
        CULong hSession, CULong* phObject, CULong ulMaxObjectCount, CULong* pulObjectCount)
    {
        using var call = Begin(HostedFunction.C_FindObjects, hSession);
        call.Request.UInt64(ulMaxObjectCount.Value);
        var returnValue = call.Invoke();
        if (returnValue == CKR.CKR_OK)
        {
            // More than was asked for leaves bytes unread, and so is no answer.
            var found = Math.Min(call.ReadNumber(), ulMaxObjectCount.Value);
            for (ulong i = 0; i < found; i++)
            {
                phObject[i] = new CULong((nuint)call.ReadNumber());
            }

            *pulObjectCount = new CULong((nuint)found);
        }

        return call.End(returnValue);
    }

    public override CKR C_FindObjectsFinal(CULong hSession)
    {
        using var call = Begin(HostedFunction.C_FindObjectsFinal, hSession);
        return call.InvokeOnly();
    }

    private static CKR Handle(RemoteCall call, CULong* handle)
    {
        var returnValue = call.Invoke();
        if (returnValue == CKR.CKR_OK)
        {
            *handle = new CULong((nuint)call.ReadNumber());
        }

        return call.End(returnValue);
    }
}
