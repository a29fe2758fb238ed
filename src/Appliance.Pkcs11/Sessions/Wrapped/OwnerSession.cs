using System.Runtime.InteropServices;
using Appliance.Pkcs11.Interop;
using Appliance.Pkcs11.Keys;
using Appliance.Pkcs11.Modules;

namespace Appliance.Pkcs11.Sessions.Wrapped;

/// <summary>
/// The session that unwrapped keys belong to: they die with it. Read-only, so that it can make and destroy session
/// objects and nothing else. Its owner's thread alone uses it.
/// </summary>
internal sealed unsafe class OwnerSession
{
    private const int MaxWrappingKeys = 64;

    private readonly Dictionary<KeyReference, CULong> _wrappingKeys = [];
    private readonly Slot _slot;
    private readonly CULong _handle;
    private readonly int _incarnation;

    private OwnerSession(Slot slot, CULong handle, int generation, int incarnation)
    {
        _slot = slot;
        _handle = handle;
        _incarnation = incarnation;
        Generation = generation;
    }

    /// <summary>Of the slot, when it was opened: what it made is worth nothing under another one.</summary>
    public int Generation { get; }

    public bool IsCurrent => Generation == _slot.Health.Generation;

    private Cryptoki Api => _slot.Token.Api;

    /// <summary>Opens one, logged in.</summary>
    public static CKR TryOpen(Slot slot, out OwnerSession? session)
    {
        session = null;
        if (!slot.Health.MaySign)
        {
            return slot.LeftAlone;
        }

        var generation = slot.Health.Generation;
        var incarnation = slot.Token.Module.Incarnation;
        var returnValue = slot.OpenPaced(out var handle);
        if (returnValue != CKR.CKR_OK)
        {
            return returnValue;
        }

        returnValue = slot.EnsureLoggedIn();
        if (returnValue != CKR.CKR_OK)
        {
            _ = slot.Token.Api.C_CloseSession(handle);
            return returnValue;
        }

        session = new OwnerSession(slot, handle, generation, incarnation);
        return CKR.CKR_OK;
    }

    /// <summary>Makes a session object of a wrapped key, not extractable again.</summary>
    /// <param name="key">What it is.</param>
    /// <param name="handle">The object.</param>
    /// <returns>CKR_UNWRAPPING_KEY_HANDLE_INVALID also when the token has no such wrapping key.</returns>
    public CKR Unwrap(KeyReference key, out CULong handle)
    {
        handle = default;
        var wrapped = key.Wrapped!;
        try
        {
            if (!_slot.Token.WrapsKeys)
            {
                return CKR.CKR_MECHANISM_INVALID;
            }

            if (!TryFindWrappingKey(wrapped.WrappingKey, out var wrappingKey))
            {
                return CKR.CKR_UNWRAPPING_KEY_HANDLE_INVALID;
            }

            var returnValue = Unwrap(wrappingKey, key, wrapped.Blob.Span, out handle);
            if (IsStale(returnValue))
            {
                _wrappingKeys.Remove(wrapped.WrappingKey);
            }

            return returnValue;
        }
        catch (Pkcs11Exception e)
        {
            return (CKR)e.ReturnValue;
        }
    }

    public CKR Destroy(CULong handle) => Api.C_DestroyObject(_handle, handle);

    /// <summary>False when it has died, or the login has.</summary>
    public bool IsAlive() => TokenSession.IsUser(Api, _handle);

    /// <summary>
    /// Ends it, and with it every key that it has unwrapped. Of a module that was initialised anew nothing is left, and
    /// the handle may be somebody else's.
    /// </summary>
    public void Close()
    {
        if (_incarnation == _slot.Token.Module.Incarnation)
        {
            _ = Api.C_CloseSession(_handle);
        }
    }

    /// <summary>The wrapping key's handle is not what it was: find it again.</summary>
    public static bool IsStale(CKR returnValue)
        => returnValue is CKR.CKR_UNWRAPPING_KEY_HANDLE_INVALID or CKR.CKR_KEY_HANDLE_INVALID
            or CKR.CKR_OBJECT_HANDLE_INVALID;

    private CKR Unwrap(CULong wrappingKey, KeyReference key, ReadOnlySpan<byte> wrapped, out CULong handle)
    {
        var mechanism = _slot.Token.KeyWrap;
        using var template = KeyTemplates.UnwrappedPrivateKey(key, _slot.Token.Profile.UnwrapsWithPoint.Value);
        CULong made;
        CKR returnValue;
        fixed (byte* blob = wrapped)
        {
            returnValue = Api.C_UnwrapKey(
                _handle,
                &mechanism,
                wrappingKey,
                blob,
                new CULong((uint)wrapped.Length),
                template.Pointer,
                template.Count,
                &made);
        }

        handle = made;
        return returnValue;
    }

    /// <summary>With several of one name there is no telling which it was: as if there were none.</summary>
    private bool TryFindWrappingKey(KeyReference key, out CULong handle)
    {
        if (_wrappingKeys.TryGetValue(key, out handle))
        {
            return true;
        }

        var found = TokenSession.Borrow(Api, _handle, _slot.Token.Info)
            .FindKeys(CKO.CKO_SECRET_KEY, key.Id.Span, key.Label, limit: 2);
        if (found.Count != 1)
        {
            return false;
        }

        if (_wrappingKeys.Count >= MaxWrappingKeys)
        {
            _wrappingKeys.Clear();
        }

        handle = found[0];
        _wrappingKeys[key] = handle;
        return true;
    }
}
