using System.Runtime.InteropServices;
using Appliance.Pkcs11.Interop;

namespace Appliance.Pkcs11.Modules;

/// <summary>A short session of the control plane: one thread, one operation, closed at its end.</summary>
internal sealed unsafe class TokenSession : IDisposable
{
    private const int MaxAttributeBytes = 65_536;
    private const int FindBatch = 64;

    private readonly TokenInfo _token;
    private readonly ModuleGate? _gate;

    private TokenSession(Cryptoki api, CULong handle, TokenInfo token, ModuleGate? gate)
    {
        Api = api;
        Handle = handle;
        _token = token;
        _gate = gate;
    }

    public Cryptoki Api { get; }

    public CULong Handle { get; }

    /// <summary>For one operation: until it is disposed the module is not initialised anew.</summary>
    /// <exception cref="Pkcs11Exception">The token refused, or the module is being initialised anew.</exception>
    public static TokenSession Open(LoadedModule module, TokenInfo token, bool readWrite)
    {
        if (!module.Gate.TryEnter())
        {
            throw new Pkcs11Exception(
                "C_OpenSession", CKR.CKR_CRYPTOKI_NOT_INITIALIZED, token.ToString());
        }

        try
        {
            return new TokenSession(module.Api, OpenHandle(module.Api, token, readWrite), token, module.Gate);
        }
        catch
        {
            module.Gate.Leave();
            throw;
        }
    }

    /// <summary>To be kept: its owner is inside the module's gate whenever it uses it.</summary>
    /// <exception cref="Pkcs11Exception">The token refused.</exception>
    public static TokenSession OpenToKeep(Cryptoki api, TokenInfo token)
        => new(api, OpenHandle(api, token, readWrite: false), token, gate: null);

    /// <summary>Another owner's session, for its finding functions; not to be disposed here.</summary>
    public static TokenSession Borrow(Cryptoki api, CULong handle, TokenInfo token)
        => new(api, handle, token, gate: null);

    /// <summary>True when the application is logged in as the user; false also when the session is dead.</summary>
    public static bool IsUser(Cryptoki api, CULong session)
        => ReadState(api, session, out var state) == CKR.CKR_OK
            && state is CKS.CKS_RO_USER_FUNCTIONS or CKS.CKS_RW_USER_FUNCTIONS;

    /// <summary>C_GetSessionInfo.</summary>
    public static CKR ReadState(Cryptoki api, CULong session, out nuint state)
    {
        CK_SESSION_INFO info = default;
        var returnValue = api.C_GetSessionInfo(session, &info);
        state = info.state.Value;
        return returnValue;
    }

    public void Check(CKR returnValue, string function)
        => Pkcs11Exception.ThrowIfFailed(returnValue, function, _token.ToString());

    /// <summary>Handles of the objects that match, at most as many as asked.</summary>
    public List<CULong> Find(AttributeTemplate template, int limit)
    {
        var found = new List<CULong>();
        Check(Api.C_FindObjectsInit(Handle, template.Pointer, template.Count), "C_FindObjectsInit");
        try
        {
            var batch = stackalloc CULong[FindBatch];
            CULong count;
            do
            {
                Check(Api.C_FindObjects(Handle, batch, new CULong(FindBatch), &count), "C_FindObjects");
                for (var i = 0; i < (int)count.Value && found.Count < limit; i++)
                {
                    found.Add(batch[i]);
                }
            }
            while (count.Value > 0 && found.Count < limit);
        }
        finally
        {
            _ = Api.C_FindObjectsFinal(Handle);
        }

        return found;
    }

    public List<CULong> FindKeys(uint? keyClass, ReadOnlySpan<byte> id, string? label, int limit)
    {
        using var template = new AttributeTemplate();
        if (keyClass is { } wanted)
        {
            template.Add(CKA.CKA_CLASS, wanted);
        }

        if (!id.IsEmpty)
        {
            template.Add(CKA.CKA_ID, id);
        }

        if (label is not null)
        {
            template.Add(CKA.CKA_LABEL, System.Text.Encoding.UTF8.GetBytes(label));
        }

        return Find(template, limit);
    }

    /// <summary>The one object of that class, id and label.</summary>
    /// <exception cref="InvalidOperationException">There is none, or several.</exception>
    public CULong FindKey(uint keyClass, KeyReference key)
    {
        var found = FindKeys(keyClass, key.Id.Span, key.Label, limit: 2);
        return found.Count == 1
            ? found[0]
            : throw new InvalidOperationException(
                $"{_token} has {(found.Count == 0 ? "no" : "more than one")} {(TokenKeyClass)keyClass} {key}.");
    }

    /// <summary>An attribute's value; null when the token does not tell it.</summary>
    public byte[]? Get(CULong handle, uint type)
    {
        var attribute = new CK_ATTRIBUTE { type = new CULong(type) };
        var returnValue = Api.C_GetAttributeValue(Handle, handle, &attribute, new CULong(1));
        if (returnValue != CKR.CKR_OK || attribute.ulValueLen.Value > MaxAttributeBytes)
        {
            return null;
        }

        var value = new byte[(int)attribute.ulValueLen.Value];
        fixed (byte* first = value)
        {
            attribute.pValue = first;
            returnValue = Api.C_GetAttributeValue(Handle, handle, &attribute, new CULong(1));
        }

        return returnValue != CKR.CKR_OK || (int)attribute.ulValueLen.Value > value.Length
            ? null
            : value[..(int)attribute.ulValueLen.Value];
    }

    public uint? GetNumber(CULong handle, uint type)
        => Get(handle, type) is { } value && value.Length == sizeof(CULong)
            ? unchecked((uint)MemoryMarshal.Read<CULong>(value).Value)
            : null;

    public void Dispose()
    {
        _ = Api.C_CloseSession(Handle);
        _gate?.Leave();
    }

    private static CULong OpenHandle(Cryptoki api, TokenInfo token, bool readWrite)
    {
        var flags = CKF.CKF_SERIAL_SESSION | (readWrite ? CKF.CKF_RW_SESSION : 0);
        CULong handle;
        var returnValue = api.C_OpenSession(
            new CULong((nuint)token.SlotId), new CULong(flags), null, null, &handle);
        Pkcs11Exception.ThrowIfFailed(returnValue, "C_OpenSession", token.ToString());
        return handle;
    }
}
