#pragma warning disable RCS1163 // Parameters are those of the native functions.
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Appliance.Pkcs11.Interop;

namespace Appliance.Pkcs11.Tests.Fakes;

/// <summary>
/// A CK_FUNCTION_LIST whose functions are C#: for what a real token cannot do on demand (lose sessions and logins,
/// refuse, hang, count). Slots are added by the tests, each its own, so that tests run side by side.
/// </summary>
internal static unsafe partial class FakeLibrary
{
    private const int Functions = 68;

    private static readonly ConcurrentDictionary<uint, FakeSlot> s_slots = new();
    private static readonly ConcurrentDictionary<uint, FakeSession> s_sessions = new();
    private static readonly nint s_list = Build();
    private static int s_nextSession;

    public static Pkcs11Module Load() => Pkcs11Module.Attach(s_list, "fake library");

    /// <summary>As a library of its own, which no other test keeps from being initialised anew.</summary>
    public static Pkcs11Module LoadAlone()
    {
        var list = Build();
        ((nint*)(list + 8))[0] = (nint)(delegate* unmanaged[Cdecl]<void*, CULong>)&C_InitializeAlone;
        ((nint*)(list + 8))[1] = (nint)(delegate* unmanaged[Cdecl]<void*, CULong>)&C_FinalizeAlone;
        return Pkcs11Module.Attach(list, "fake library, alone");
    }

    /// <summary>C_Initialize and C_Finalize of libraries that are alone.</summary>
    public static List<string> AloneCalls { get; } = [];

    public static void Add(FakeSlot slot) => s_slots[slot.Id] = slot;

    public static void Remove(FakeSlot slot) => s_slots.TryRemove(slot.Id, out _);

    private static nint Build()
    {
        var list = (byte*)NativeMemory.AllocZeroed((nuint)(8 + (Functions * sizeof(nint))));
        list[0] = 3;
        var table = (nint*)(list + 8);
        for (var i = 0; i < Functions; i++)
        {
            table[i] = (nint)(delegate* unmanaged[Cdecl]<CULong>)&NotSupported;
        }

        table[0] = (nint)(delegate* unmanaged[Cdecl]<void*, CULong>)&C_Initialize;
        table[1] = (nint)(delegate* unmanaged[Cdecl]<void*, CULong>)&C_Finalize;
        table[2] = (nint)(delegate* unmanaged[Cdecl]<byte*, CULong>)&C_GetInfo;
        table[4] = (nint)(delegate* unmanaged[Cdecl]<byte, CULong*, CULong*, CULong>)&C_GetSlotList;
        table[6] = (nint)(delegate* unmanaged[Cdecl]<CULong, CK_TOKEN_INFO*, CULong>)&C_GetTokenInfo;
        table[12] = (nint)(delegate* unmanaged[Cdecl]<CULong, CULong, void*, void*, CULong*, CULong>)&C_OpenSession;
        table[13] = (nint)(delegate* unmanaged[Cdecl]<CULong, CULong>)&C_CloseSession;
        table[15] = (nint)(delegate* unmanaged[Cdecl]<CULong, CK_SESSION_INFO*, CULong>)&C_GetSessionInfo;
        table[18] = (nint)(delegate* unmanaged[Cdecl]<CULong, CULong, byte*, CULong, CULong>)&C_Login;
        table[24]
            = (nint)(delegate* unmanaged[Cdecl]<CULong, CULong, CK_ATTRIBUTE*, CULong, CULong>)&C_GetAttributeValue;
        table[26] = (nint)(delegate* unmanaged[Cdecl]<CULong, CK_ATTRIBUTE*, CULong, CULong>)&C_FindObjectsInit;
        table[27] = (nint)(delegate* unmanaged[Cdecl]<CULong, CULong*, CULong, CULong*, CULong>)&C_FindObjects;
        table[28] = (nint)(delegate* unmanaged[Cdecl]<CULong, CULong>)&C_FindObjectsFinal;
        table[42] = (nint)(delegate* unmanaged[Cdecl]<CULong, CK_MECHANISM*, CULong, CULong>)&C_SignInit;
        table[43] = (nint)(delegate* unmanaged[Cdecl]<CULong, byte*, CULong, byte*, CULong*, CULong>)&C_Sign;
        AddObjects(table);
        return (nint)list;
    }

    private static CULong Return(CKR value) => new((uint)value);

    private static FakeSession? Find(CULong session)
    {
        var number = (uint)session.Value;
        return s_sessions.TryGetValue(number, out var found) && found.Slot.Sessions.ContainsKey(number) ? found : null;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static CULong NotSupported() => Return(CKR.CKR_FUNCTION_NOT_SUPPORTED);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static CULong C_Initialize(void* arguments) => Return(CKR.CKR_OK);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static CULong C_Finalize(void* reserved) => Return(CKR.CKR_OK);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static CULong C_InitializeAlone(void* arguments)
    {
        AloneCalls.Add(nameof(C_Initialize));
        foreach (var slot in s_slots.Values)
        {
            slot.WasInitialised();
        }

        return Return(CKR.CKR_OK);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static CULong C_FinalizeAlone(void* reserved)
    {
        AloneCalls.Add(nameof(C_Finalize));
        return Return(CKR.CKR_OK);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static CULong C_GetInfo(byte* info)
    {
        info[0] = 3;
        return Return(CKR.CKR_OK);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static CULong C_GetSlotList(byte tokenPresent, CULong* list, CULong* count)
    {
        var ids = s_slots.Keys.ToArray();
        if (list is not null)
        {
            if ((uint)ids.Length > count->Value)
            {
                return Return(CKR.CKR_BUFFER_TOO_SMALL);
            }

            for (var i = 0; i < ids.Length; i++)
            {
                list[i] = new CULong(ids[i]);
            }
        }

        *count = new CULong((uint)ids.Length);
        return Return(CKR.CKR_OK);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static CULong C_GetTokenInfo(CULong slot, CK_TOKEN_INFO* info)
    {
        if (!s_slots.TryGetValue((uint)slot.Value, out var token))
        {
            return Return(CKR.CKR_TOKEN_NOT_PRESENT);
        }

        *info = default;
        Pad(info->label, 32, token.Label);
        Pad(info->serialNumber, 16, token.Serial);
        Pad(info->manufacturerID, 32, "Appliance tests");
        Pad(info->model, 16, "fake");
        info->flags = new CULong((uint)token.Flags);
        info->ulMaxSessionCount = new CULong((uint)token.MaxSessions);
        info->ulMinPinLen = new CULong(4);
        info->ulMaxPinLen = new CULong(64);
        return Return(CKR.CKR_OK);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static CULong C_OpenSession(CULong slot, CULong flags, void* application, void* notify, CULong* session)
    {
        if (!s_slots.TryGetValue((uint)slot.Value, out var token))
        {
            return Return(CKR.CKR_TOKEN_NOT_PRESENT);
        }

        token.CountOpen();
        if (token.Gone is { } gone)
        {
            return Return(gone);
        }

        if (FakeSlot.Next(token.NextOpen) is var scripted && scripted != CKR.CKR_OK)
        {
            return Return(scripted);
        }

        var number = (uint)Interlocked.Increment(ref s_nextSession);
        var opened = new FakeSession(token);
        s_sessions[number] = opened;
        token.Sessions[number] = opened;
        *session = new CULong(number);
        return Return(CKR.CKR_OK);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static CULong C_CloseSession(CULong session)
    {
        if (Find(session) is not { } found)
        {
            return Return(CKR.CKR_SESSION_HANDLE_INVALID);
        }

        found.Slot.Sessions.TryRemove((uint)session.Value, out _);
        found.Slot.EndSession(found);
        s_sessions.TryRemove((uint)session.Value, out _);
        return Return(CKR.CKR_OK);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static CULong C_GetSessionInfo(CULong session, CK_SESSION_INFO* info)
    {
        if (Find(session) is not { } found)
        {
            return Return(CKR.CKR_SESSION_HANDLE_INVALID);
        }

        found.InfoCalls++;
        *info = default;
        info->slotID = new CULong(found.Slot.Id);
        info->state = new CULong(found.Slot.IsLoggedIn ? 1u : 0u);
        return Return(CKR.CKR_OK);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static CULong C_Login(CULong session, CULong userType, byte* pin, CULong pinLength)
        => Find(session) is { } found
            ? Return(userType.Value == CKU.CKU_CONTEXT_SPECIFIC
                ? found.Slot.LogInForOne(found, new ReadOnlySpan<byte>(pin, (int)pinLength.Value))
                : found.Slot.LogIn(new ReadOnlySpan<byte>(pin, (int)pinLength.Value)))
            : Return(CKR.CKR_SESSION_HANDLE_INVALID);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static CULong C_GetAttributeValue(CULong session, CULong handle, CK_ATTRIBUTE* template, CULong count)
    {
        if (Find(session) is not { } found
            || (uint)template->type.Value != CKA.CKA_ALWAYS_AUTHENTICATE
            || !found.Slot.AsksEachTime)
        {
            return Return(CKR.CKR_ATTRIBUTE_TYPE_INVALID);
        }

        template->ulValueLen = new CULong(1);
        if (template->pValue is not null)
        {
            *(byte*)template->pValue = 1;
        }

        return Return(CKR.CKR_OK);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static CULong C_FindObjectsInit(CULong session, CK_ATTRIBUTE* template, CULong count)
    {
        if (Find(session) is not { } found)
        {
            return Return(CKR.CKR_SESSION_HANDLE_INVALID);
        }

        found.Slot.CountFind();
        found.Found.Clear();
        if (!found.Slot.IsLoggedIn)
        {
            // As the standard says: private objects are not seen, and that is no error.
            return Return(CKR.CKR_OK);
        }

        for (var i = 0; i < found.Slot.Keys.Count; i++)
        {
            if (Matches(found.Slot.Keys[i], template, (int)count.Value))
            {
                found.Found.Enqueue((uint)i + 1 + found.Slot.HandleBase);
            }
        }

        return Return(CKR.CKR_OK);
    }

    private static bool Matches(FakeKey key, CK_ATTRIBUTE* template, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var value = new ReadOnlySpan<byte>(template[i].pValue, (int)template[i].ulValueLen.Value);
            var agrees = (uint)template[i].type.Value switch
            {
                CKA.CKA_ID => value.SequenceEqual(key.Id),
                CKA.CKA_LABEL => value.SequenceEqual(Encoding.UTF8.GetBytes(key.Label)),
                CKA.CKA_CLASS => MemoryMarshal.Read<CULong>(value).Value
                    == (key.Key is null ? CKO.CKO_SECRET_KEY : CKO.CKO_PRIVATE_KEY),
                _ => false,
            };
            if (!agrees)
            {
                return false;
            }
        }

        return true;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static CULong C_FindObjects(CULong session, CULong* objects, CULong limit, CULong* count)
    {
        if (Find(session) is not { } found)
        {
            return Return(CKR.CKR_SESSION_HANDLE_INVALID);
        }

        uint taken = 0;
        while (taken < limit.Value && found.Found.TryDequeue(out var handle))
        {
            objects[taken++] = new CULong(handle);
        }

        *count = new CULong(taken);
        return Return(CKR.CKR_OK);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static CULong C_FindObjectsFinal(CULong session) => Return(CKR.CKR_OK);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static CULong C_SignInit(CULong session, CK_MECHANISM* mechanism, CULong key)
    {
        if (Find(session) is not { } found)
        {
            return Return(CKR.CKR_SESSION_HANDLE_INVALID);
        }

        if (FakeSlot.Next(found.Slot.NextSignInit) is var scripted && scripted != CKR.CKR_OK)
        {
            return Return(scripted);
        }

        if (!found.Slot.IsLoggedIn)
        {
            return Return(CKR.CKR_USER_NOT_LOGGED_IN);
        }

        if (found.Slot.FindObject((uint)key.Value) is { } unwrapped)
        {
            found.SignKey = unwrapped;
            return Return(CKR.CKR_OK);
        }

        var index = (long)key.Value - 1 - found.Slot.HandleBase;
        if (index < 0 || index >= found.Slot.Keys.Count)
        {
            return Return(CKR.CKR_KEY_HANDLE_INVALID);
        }

        found.SignKey = found.Slot.Keys[(int)index];
        return Return(CKR.CKR_OK);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static CULong C_Sign(CULong session, byte* data, CULong length, byte* signature, CULong* signatureLength)
    {
        if (Find(session) is not { } found)
        {
            return Return(CKR.CKR_SESSION_HANDLE_INVALID);
        }

        if (!found.Enter())
        {
            return Return(CKR.CKR_OPERATION_ACTIVE);
        }

        try
        {
            var hash = new ReadOnlySpan<byte>(data, (int)length.Value);
            if (found.Slot.AsksEachTime && !found.MaySignOne)
            {
                return Return(CKR.CKR_USER_NOT_LOGGED_IN);
            }

            found.MaySignOne = false;
            found.Slot.CountSign();
            found.Slot.Entered?.Release();
            found.Slot.Hold?.Wait(CancellationToken.None);
            if (FakeSlot.Next(found.Slot.NextSign) is var scripted && scripted != CKR.CKR_OK)
            {
                return Return(scripted);
            }

            found.Slot.NoteSigned(hash[0]);
            byte[] answer;
            lock (found.SignKey!)
            {
                answer = found.SignKey.Key!.SignHash(found.Slot.SignsWrongly ? new byte[hash.Length] : hash.ToArray());
            }

            answer = found.Slot.NextLengths.TryDequeue(out var cut) ? answer[..cut] : answer;

            answer.CopyTo(new Span<byte>(signature, answer.Length));
            *signatureLength = new CULong((uint)answer.Length);
            return Return(CKR.CKR_OK);
        }
        finally
        {
            found.Leave();
        }
    }

    private static void Pad(byte* field, int length, string text)
    {
        var span = new Span<byte>(field, length);
        span.Fill((byte)' ');
        Encoding.UTF8.GetBytes(text, span);
    }
}
