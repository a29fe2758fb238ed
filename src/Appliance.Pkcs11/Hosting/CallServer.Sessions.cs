using System.Runtime.InteropServices;
using Appliance.Pkcs11.Interop;

namespace Appliance.Pkcs11.Hosting;

/// <content>Sessions and objects.</content>
internal sealed unsafe partial class CallServer
{
    private CKR? ServeSessions(
        HostedFunction function, ref FrameReader reader, CallArguments arguments, FrameWriter answer)
    {
        var number = reader.UInt64();
        if (!TryFind(number, out var session))
        {
            return reader.IsBad ? null : CKR.CKR_SESSION_HANDLE_INVALID;
        }

        switch (function)
        {
            case HostedFunction.C_CloseSession when reader.IsWhole:
                _sessions.TryRemove(number, out _);
                return _api.C_CloseSession(session);
            case HostedFunction.C_GetSessionInfo when reader.IsWhole:
                var info = (CK_SESSION_INFO*)arguments.Allocate(sizeof(CK_SESSION_INFO));
                return Structure(_api.C_GetSessionInfo(session, info), info, sizeof(CK_SESSION_INFO), answer);
            case HostedFunction.C_Logout when reader.IsWhole:
                return _api.C_Logout(session);
            case HostedFunction.C_CreateObject:
                var template = arguments.Template(ref reader, out var count);
                CULong created = default;
                return reader.IsWhole
                    ? Handle(_api.C_CreateObject(session, template, count, &created), created, answer)
                    : null;
            case HostedFunction.C_DestroyObject:
                var doomed = CallArguments.Number(ref reader);
                return reader.IsWhole ? _api.C_DestroyObject(session, doomed) : null;
            case HostedFunction.C_GetAttributeValue:
                return GetAttributes(session, ref reader, arguments, answer);
            case HostedFunction.C_FindObjectsInit:
                var wanted = arguments.Template(ref reader, out var conditions);
                return reader.IsWhole ? _api.C_FindObjectsInit(session, wanted, conditions) : null;
            case HostedFunction.C_FindObjects:
                return FindObjects(session, ref reader, arguments, answer);
            case HostedFunction.C_FindObjectsFinal when reader.IsWhole:
                return _api.C_FindObjectsFinal(session);
            default:
                return null;
        }
    }

    private CKR? GetAttributes(
        CULong session, ref FrameReader reader, CallArguments arguments, FrameWriter answer)
    {
        var handle = CallArguments.Number(ref reader);
        var template = arguments.Wanted(ref reader, out var count);
        if (!reader.IsWhole)
        {
            return null;
        }

        var rooms = new ulong[(int)count.Value];
        for (var i = 0; i < rooms.Length; i++)
        {
            rooms[i] = template[i].pValue is null ? 0 : template[i].ulValueLen.Value;
        }

        var returnValue = _api.C_GetAttributeValue(session, handle, template, count);
        if (returnValue is not (CKR.CKR_OK or CKR.CKR_ATTRIBUTE_SENSITIVE or CKR.CKR_ATTRIBUTE_TYPE_INVALID
            or CKR.CKR_BUFFER_TOO_SMALL))
        {
            return returnValue;
        }

        for (var i = 0; i < rooms.Length; i++)
        {
            var length = template[i].ulValueLen.Value;
            answer.UInt64(length);
            answer.Bytes(length <= rooms[i] ? new ReadOnlySpan<byte>(template[i].pValue, (int)length) : []);
        }

        return returnValue;
    }

    private CKR? FindObjects(CULong session, ref FrameReader reader, CallArguments arguments, FrameWriter answer)
    {
        var most = reader.UInt64();
        if (!reader.IsWhole || most > RemoteCall.MaxOutput / sizeof(ulong))
        {
            return null;
        }

        var list = (CULong*)arguments.Allocate((int)most * sizeof(CULong));
        CULong found = default;
        var returnValue = _api.C_FindObjects(session, list, new CULong((nuint)most), &found);
        if (returnValue == CKR.CKR_OK)
        {
            var count = Math.Min(found.Value, most);
            answer.UInt64(count);
            for (ulong i = 0; i < count; i++)
            {
                answer.UInt64(list[i].Value);
            }
        }

        return returnValue;
    }

    private static CKR Handle(CKR returnValue, CULong handle, FrameWriter answer)
    {
        if (returnValue == CKR.CKR_OK)
        {
            answer.UInt64(handle.Value);
        }

        return returnValue;
    }
}
