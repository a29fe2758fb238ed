using System.Runtime.InteropServices;
using Appliance.Pkcs11.Interop;

namespace Appliance.Pkcs11.Hosting;

/// <summary>
/// The functions of a library in a child process. Each call is a frame there and one back; several threads call at
/// once. Without a child, and when it dies before it answers, a call returns CKR_DEVICE_REMOVED at once. A session's
/// handle carries the number of the child that gave it: to the next child it is invalid, whatever its number was.
/// </summary>
internal sealed unsafe partial class RemoteCryptoki : Cryptoki
{
    /// <summary>Bits of a handle that are the child's.</summary>
    private const int HandleBits = 40;
    private const int InfoLength = 88;

    private readonly ModuleHost _host;

    public RemoteCryptoki(ModuleHost host) => _host = host;

    /// <summary>Its processes.</summary>
    public ModuleHost Host => _host;

    public override CK_VERSION Version => _host.Version;

    /// <summary>The child has done it; a library is initialised once per process.</summary>
    public override CKR C_Initialize(void* pInitArgs)
        => _host.Child is null ? CKR.CKR_DEVICE_REMOVED : CKR.CKR_OK;

    /// <summary>Ends the child, and for good.</summary>
    public override CKR C_Finalize(void* pReserved)
    {
        _host.Dispose();
        return CKR.CKR_OK;
    }

    public override CKR C_GetInfo(byte* pInfo)
    {
        using var call = Begin(HostedFunction.C_GetInfo);
        var returnValue = call.Invoke();
        if (returnValue == CKR.CKR_OK)
        {
            call.ReadInto(pInfo, InfoLength);
        }

        return call.End(returnValue);
    }

    public override CKR C_GetSlotList(byte tokenPresent, CULong* pSlotList, CULong* pulCount)
    {
        using var call = Begin(HostedFunction.C_GetSlotList);
        call.Request.Byte(tokenPresent);
        return Numbers(call, pSlotList, pulCount);
    }

    public override CKR C_GetTokenInfo(CULong slotID, CK_TOKEN_INFO* pInfo)
    {
        using var call = Begin(HostedFunction.C_GetTokenInfo).Number(slotID);
        var returnValue = call.Invoke();
        if (returnValue == CKR.CKR_OK)
        {
            call.ReadInto(pInfo, sizeof(CK_TOKEN_INFO));
        }

        return call.End(returnValue);
    }

    public override CKR C_GetMechanismList(CULong slotID, CULong* pMechanismList, CULong* pulCount)
    {
        using var call = Begin(HostedFunction.C_GetMechanismList).Number(slotID);
        return Numbers(call, pMechanismList, pulCount);
    }

    public override CKR C_GetMechanismInfo(CULong slotID, CULong type, CK_MECHANISM_INFO* pInfo)
    {
        using var call = Begin(HostedFunction.C_GetMechanismInfo).Number(slotID).Number(type);
        var returnValue = call.Invoke();
        if (returnValue == CKR.CKR_OK)
        {
            call.ReadInto(pInfo, sizeof(CK_MECHANISM_INFO));
        }

        return call.End(returnValue);
    }

    public override CKR C_OpenSession(
        CULong slotID, CULong flags, void* pApplication, void* notify, CULong* phSession)
    {
        var child = _host.Child;
        using var call = Begin(child, HostedFunction.C_OpenSession, CKR.CKR_OK).Number(slotID).Number(flags);
        var returnValue = call.Invoke();
        if (returnValue == CKR.CKR_OK)
        {
            var number = call.ReadNumber() & ((1UL << HandleBits) - 1);
            *phSession = new CULong((nuint)(((ulong)child!.Generation << HandleBits) | number));
        }

        return call.End(returnValue);
    }

    public override CKR C_CloseSession(CULong hSession)
    {
        using var call = Begin(HostedFunction.C_CloseSession, hSession);
        return call.InvokeOnly();
    }

    public override CKR C_GetSessionInfo(CULong hSession, CK_SESSION_INFO* pInfo)
    {
        using var call = Begin(HostedFunction.C_GetSessionInfo, hSession);
        var returnValue = call.Invoke();
        if (returnValue == CKR.CKR_OK)
        {
            call.ReadInto(pInfo, sizeof(CK_SESSION_INFO));
        }

        return call.End(returnValue);
    }

    /// <summary>
    /// The PIN goes through the pipe that the child inherited; one login at a time, so that each takes its own.
    /// </summary>
    public override CKR C_Login(CULong hSession, CULong userType, byte* pPin, CULong ulPinLen)
    {
        var child = _host.Child;
        if (child is null || !IsOf(child, hSession))
        {
            return child is null ? CKR.CKR_DEVICE_REMOVED : CKR.CKR_SESSION_HANDLE_INVALID;
        }

        lock (child.LoginGate)
        {
            using var call = Begin(HostedFunction.C_Login, hSession).Number(userType);
            call.Request.Flag(pPin is not null).UInt32((uint)ulPinLen.Value);
            return pPin is null || child.TryWritePin(new ReadOnlySpan<byte>(pPin, (int)ulPinLen.Value))
                ? call.InvokeOnly()
                : CKR.CKR_DEVICE_REMOVED;
        }
    }

    public override CKR C_Logout(CULong hSession)
    {
        using var call = Begin(HostedFunction.C_Logout, hSession);
        return call.InvokeOnly();
    }

    private static bool IsOf(HostChild child, CULong session) => session.Value >> HandleBits == child.Generation;

    /// <summary>A list and its length: only the length without room.</summary>
    private static CKR Numbers(RemoteCall call, CULong* list, CULong* count)
    {
        var room = list is null ? 0 : (ulong)count->Value;
        call.Request.Flag(list is not null).UInt64(room);
        var returnValue = call.Invoke();
        if (returnValue is CKR.CKR_OK or CKR.CKR_BUFFER_TOO_SMALL)
        {
            var found = call.ReadNumber();
            for (ulong i = 0; list is not null && returnValue == CKR.CKR_OK && i < Math.Min(found, room); i++)
            {
                list[i] = new CULong((nuint)call.ReadNumber());
            }

            *count = new CULong((nuint)found);
        }

        return call.End(returnValue);
    }

    private RemoteCall Begin(HostedFunction function) => Begin(_host.Child, function, CKR.CKR_OK);

    /// <summary>A call on a session, which only the child that opened it has.</summary>
    private RemoteCall Begin(HostedFunction function, CULong session)
    {
        var child = _host.Child;
        var isOurs = child is null || IsOf(child, session);
        return Begin(child, function, isOurs ? CKR.CKR_OK : CKR.CKR_SESSION_HANDLE_INVALID)
            .Number(new CULong((nuint)(session.Value & ((1UL << HandleBits) - 1))));
    }

    private RemoteCall Begin(HostChild? child, HostedFunction function, CKR refusal)
    {
        var limit = _host.Options.CallTimeout;
        if (function is HostedFunction.C_GenerateKey or HostedFunction.C_GenerateKeyPair)
        {
            limit *= 10;
        }

        return (child?.Rent() ?? new RemoteCall()).Begin(child, function, refusal, limit);
    }
}
