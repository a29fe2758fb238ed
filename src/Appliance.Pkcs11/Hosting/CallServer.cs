using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Appliance.Pkcs11.Interop;
using Appliance.Pkcs11.Modules;

namespace Appliance.Pkcs11.Hosting;

/// <summary>
/// The child's side of <see cref="RemoteCryptoki"/>: reads the arguments, calls the library, writes what it gave out.
/// Sessions are known by numbers of the server's own, each used once, so that a handle which the library gives out
/// anew after a reset is not taken for the one before.
/// </summary>
internal sealed unsafe partial class CallServer
{
    private const int InfoLength = 88;

    private readonly LoadedModule _module;
    private readonly Cryptoki _api;
    private readonly int _pinPipe;
    private readonly ConcurrentDictionary<ulong, ServedSession> _sessions = new();
    private ulong _lastSession;

    public CallServer(LoadedModule module, int pinPipe)
    {
        _module = module;
        _api = module.Api;
        _pinPipe = pinPipe;
    }

    /// <summary>A session of this process, for the parent to log in on.</summary>
    /// <returns>Its number; <see cref="Forget"/> it.</returns>
    public ulong Lend(CULong session)
    {
        var number = Interlocked.Increment(ref _lastSession);
        _sessions[number] = new ServedSession(session, _module.Incarnation);
        return number;
    }

    public void Forget(ulong number) => _sessions.TryRemove(number, out _);

    /// <summary>Does one call.</summary>
    /// <param name="body">Body of the frame: function and arguments.</param>
    /// <param name="answer">Begun; gets the return value, and what was given out.</param>
    /// <returns>False when the body is no call; nothing was called then.</returns>
    public bool Serve(ReadOnlySpan<byte> body, FrameWriter answer)
    {
        using var arguments = new CallArguments();
        var reader = new FrameReader(body);
        var function = (HostedFunction)reader.Byte();
        var at = answer.Later();
        if (!_module.Gate.TryEnter())
        {
            // The PIN of a login that is not made would be the next one's.
            var isOver = function != HostedFunction.C_Login || Login(ref reader, isOpen: false) is not null;
            answer.Patch(at, (uint)CKR.CKR_CRYPTOKI_NOT_INITIALIZED);
            return isOver;
        }

        var returnValue = Call(function, ref reader, arguments, answer);
        _module.Gate.Leave();
        answer.Patch(at, (uint)(returnValue ?? CKR.CKR_ARGUMENTS_BAD));
        return returnValue is not null;
    }

    private CKR? Call(HostedFunction function, ref FrameReader reader, CallArguments arguments, FrameWriter answer)
        => function switch
        {
            < HostedFunction.C_CloseSession => ServeSlots(function, ref reader, arguments, answer),
            HostedFunction.C_Login => Login(ref reader, isOpen: true),
            <= HostedFunction.C_FindObjectsFinal => ServeSessions(function, ref reader, arguments, answer),
            _ => ServeOperations(function, ref reader, arguments, answer),
        };

    /// <summary>A handle from before the library was initialised anew may be somebody else's.</summary>
    private bool TryFind(ulong number, out CULong session)
    {
        var found = _sessions.TryGetValue(number, out var served) && served.Incarnation == _module.Incarnation;
        session = served.Handle;
        return found;
    }

    private CKR? ServeSlots(
        HostedFunction function, ref FrameReader reader, CallArguments arguments, FrameWriter answer)
    {
        switch (function)
        {
            case HostedFunction.C_GetInfo when reader.IsWhole:
                var info = arguments.Allocate(128);
                return Structure(_api.C_GetInfo(info), info, InfoLength, answer);
            case HostedFunction.C_GetSlotList:
                var present = reader.Byte();
                return List(ref reader, arguments, answer, (list, count) => _api.C_GetSlotList(present, list, count));
            case HostedFunction.C_GetTokenInfo:
                var slot = CallArguments.Number(ref reader);
                var token = (CK_TOKEN_INFO*)arguments.Allocate(sizeof(CK_TOKEN_INFO));
                return reader.IsWhole
                    ? Structure(_api.C_GetTokenInfo(slot, token), token, sizeof(CK_TOKEN_INFO), answer)
                    : null;
            case HostedFunction.C_GetMechanismList:
                var of = CallArguments.Number(ref reader);
                return List(ref reader, arguments, answer, (list, count) => _api.C_GetMechanismList(of, list, count));
            case HostedFunction.C_GetMechanismInfo:
                var where = CallArguments.Number(ref reader);
                var type = CallArguments.Number(ref reader);
                var mechanism = (CK_MECHANISM_INFO*)arguments.Allocate(sizeof(CK_MECHANISM_INFO));
                return reader.IsWhole
                    ? Structure(
                        _api.C_GetMechanismInfo(where, type, mechanism), mechanism, sizeof(CK_MECHANISM_INFO), answer)
                    : null;
            case HostedFunction.C_OpenSession:
                var inSlot = CallArguments.Number(ref reader);
                var flags = CallArguments.Number(ref reader);
                return reader.IsWhole ? Open(inSlot, flags, answer) : null;
            default:
                return null;
        }
    }

    private CKR Open(CULong slot, CULong flags, FrameWriter answer)
    {
        CULong session;
        var returnValue = _api.C_OpenSession(slot, flags, null, null, &session);
        if (returnValue == CKR.CKR_OK)
        {
            answer.UInt64(Lend(session));
        }

        return returnValue;
    }

    /// <summary>The PIN is taken out of the pipe whatever comes of it: the next login must find its own.</summary>
    private CKR? Login(ref FrameReader reader, bool isOpen)
    {
        var number = reader.UInt64();
        var user = CallArguments.Number(ref reader);
        var hasPin = reader.Flag();
        var length = reader.UInt32();
        if (!reader.IsWhole || length > PinSource.MaxLength)
        {
            return null;
        }

        using var pin = hasPin ? LockedMemory.Allocate(Math.Max((int)length, 1)) : null;
        if (pin is not null && !Posix.ReadAll(_pinPipe, pin.GetSpan()[..(int)length]))
        {
            return null;
        }

        if (!isOpen || !TryFind(number, out var session))
        {
            return CKR.CKR_SESSION_HANDLE_INVALID;
        }

        var secret = pin is null ? default : pin.GetSpan();
        fixed (byte* first = secret)
        {
            return _api.C_Login(session, user, first, new CULong(length));
        }
    }

    private static CKR Structure(CKR returnValue, void* structure, int length, FrameWriter answer)
    {
        if (returnValue == CKR.CKR_OK)
        {
            answer.Raw(new ReadOnlySpan<byte>(structure, length));
        }

        return returnValue;
    }

    private delegate CKR ListCall(CULong* list, CULong* count);

    private static CKR? List(ref FrameReader reader, CallArguments arguments, FrameWriter answer, ListCall call)
    {
        var hasRoom = reader.Flag();
        var room = reader.UInt64();
        if (!reader.IsWhole || room > RemoteCall.MaxOutput / sizeof(ulong))
        {
            return null;
        }

        var list = hasRoom ? (CULong*)arguments.Allocate((int)room * sizeof(CULong)) : null;
        var count = new CULong((nuint)room);
        var returnValue = call(list, &count);
        if (returnValue is CKR.CKR_OK or CKR.CKR_BUFFER_TOO_SMALL)
        {
            answer.UInt64(count.Value);
            for (ulong i = 0; hasRoom && returnValue == CKR.CKR_OK && i < Math.Min(count.Value, room); i++)
            {
                answer.UInt64(list[i].Value);
            }
        }

        return returnValue;
    }
}
