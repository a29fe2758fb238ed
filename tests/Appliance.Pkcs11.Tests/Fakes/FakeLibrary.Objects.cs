#pragma warning disable RCS1163 // Parameters are those of the native functions.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Appliance.Pkcs11.Interop;

namespace Appliance.Pkcs11.Tests.Fakes;

/// <content>Session objects: unwrapped, destroyed, gone with their session.</content>
internal static unsafe partial class FakeLibrary
{
    private static void AddObjects(nint* table)
    {
        table[7] = (nint)(delegate* unmanaged[Cdecl]<CULong, CULong*, CULong*, CULong>)&C_GetMechanismList;
        table[8] = (nint)(delegate* unmanaged[Cdecl]<CULong, CULong, CK_MECHANISM_INFO*, CULong>)&C_GetMechanismInfo;
        table[22] = (nint)(delegate* unmanaged[Cdecl]<CULong, CULong, CULong>)&C_DestroyObject;
        table[61] = (nint)(delegate* unmanaged[Cdecl]<
            CULong, CK_MECHANISM*, CULong, byte*, CULong, CK_ATTRIBUTE*, CULong, CULong*, CULong>)&C_UnwrapKey;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static CULong C_GetMechanismList(CULong slot, CULong* list, CULong* count)
    {
        if (list is not null)
        {
            list[0] = new CULong(CKM.CKM_AES_KEY_WRAP_KWP);
        }

        *count = new CULong(1);
        return Return(CKR.CKR_OK);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static CULong C_GetMechanismInfo(CULong slot, CULong type, CK_MECHANISM_INFO* info)
    {
        *info = new CK_MECHANISM_INFO { flags = new CULong(CKF.CKF_WRAP | CKF.CKF_UNWRAP) };
        return Return(CKR.CKR_OK);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static CULong C_UnwrapKey(
        CULong session,
        CK_MECHANISM* mechanism,
        CULong wrappingKey,
        byte* wrapped,
        CULong wrappedLength,
        CK_ATTRIBUTE* template,
        CULong count,
        CULong* key)
    {
        if (Find(session) is not { } found)
        {
            return Return(CKR.CKR_SESSION_HANDLE_INVALID);
        }

        found.Slot.CountUnwrap();
        found.Slot.HoldUnwrap?.Wait(CancellationToken.None);
        if (FakeSlot.Next(found.Slot.NextUnwrap) is var scripted && scripted != CKR.CKR_OK)
        {
            return Return(scripted);
        }

        if (!found.Slot.IsLoggedIn)
        {
            return Return(CKR.CKR_USER_NOT_LOGGED_IN);
        }

        var index = (long)wrappingKey.Value - 1 - found.Slot.HandleBase;
        if (index < 0 || index >= found.Slot.Keys.Count || found.Slot.Keys[(int)index].Key is not null)
        {
            return Return(CKR.CKR_UNWRAPPING_KEY_HANDLE_INVALID);
        }

        var returnValue = found.Slot.Unwrap(
            found, new ReadOnlySpan<byte>(wrapped, (int)wrappedLength.Value), out var handle);
        *key = new CULong(handle);
        return Return(returnValue);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static CULong C_DestroyObject(CULong session, CULong key)
        => Return(Find(session) is not { } found
            ? CKR.CKR_SESSION_HANDLE_INVALID
            : found.Slot.Destroy(found, (uint)key.Value));
}
