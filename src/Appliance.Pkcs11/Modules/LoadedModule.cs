using System.Runtime.InteropServices;
using System.Text;
using Appliance.Pkcs11.Hosting;
using Appliance.Pkcs11.Interop;

namespace Appliance.Pkcs11.Modules;

/// <summary>
/// One initialised library, shared by all that opened it. The registry goes by the loader's handle, so that two paths
/// to one file are one module: C_Initialize and C_Finalize are per process.
/// </summary>
internal sealed unsafe class LoadedModule
{
    private const int MaxSlots = 65_536;

    private static readonly Lock s_gate = new();
    private static readonly Dictionary<nint, LoadedModule> s_loaded = [];

    private static readonly TokenInfo s_noToken = new()
    {
        Label = "",
        SerialNumber = "",
        Manufacturer = "",
        Model = "",
        SlotId = 0,
        Flags = TokenFlags.None,
    };

    private static int s_lastHosted;

    private readonly nint _key;
    private readonly bool _finalize;
    private readonly Lock _resetGate = new();
    private readonly List<ModuleUser> _users = [];
    private int _references = 1;
    private int _incarnation;

    private LoadedModule(nint key, string path, string? parameters, Cryptoki api)
    {
        _key = key;
        Api = api;
        Parameters = parameters;
        _finalize = Initialize(api, path, parameters);
        Info = ReadInfo(api, path);
    }

    public Cryptoki Api { get; }

    public ModuleInfo Info { get; }

    /// <summary>Everybody who calls the library, or holds one of its handles for more than a call, is inside.</summary>
    public ModuleGate Gate { get; } = new();

    /// <summary>Counts its initialisations: handles and slot numbers belong to one of them.</summary>
    public int Incarnation => Volatile.Read(ref _incarnation);

    /// <summary>What C_Initialize was given for the library itself; null for nothing.</summary>
    public string? Parameters { get; }

    /// <summary>Key generation is serialised: it starves or breaks other calls on several tokens.</summary>
    public Lock KeyGenerationGate { get; } = new();

    public static LoadedModule Load(string path, string? parameters)
    {
        var library = NativeLibrary.Load(path);
        var module = Share(
            library,
            () => new LoadedModule(library, path, parameters, new NativeCryptoki(FunctionList(library, path))));
        if (string.Equals(module.Parameters, parameters, StringComparison.Ordinal))
        {
            return module;
        }

        module.Release();
        throw new NotSupportedException(
            $"{path} is in use in this process with other parameters; a library has one set of them per process.");
    }

    /// <summary>A function list that no library exports: tests misbehave with it as no token does on demand.</summary>
    public static LoadedModule Attach(nint functionList, string name)
        => Share(
            functionList, () => new LoadedModule(functionList, name, null, new NativeCryptoki((byte*)functionList)));

    /// <summary>A library in a child process, for whoever hosts it.</summary>
    public static LoadedModule Attach(RemoteCryptoki api, string path)
    {
        // Shared with nobody, under a key that no loader gives out.
        var module = new LoadedModule(Interlocked.Decrement(ref s_lastHosted), path, null, api);
        lock (s_gate)
        {
            s_loaded.Add(module._key, module);
        }

        return module;
    }

    /// <summary>The library of a new process: nothing from before is valid.</summary>
    public void Renew() => Interlocked.Increment(ref _incarnation);

    public void AddReference()
    {
        lock (s_gate)
        {
            _references++;
        }
    }

    public void Release()
    {
        lock (s_gate)
        {
            if (--_references > 0)
            {
                return;
            }

            s_loaded.Remove(_key);
            if (_finalize)
            {
                _ = Api.C_Finalize(null);
            }
        }
    }

    public void Add(ModuleUser user)
    {
        lock (_resetGate)
        {
            _users.Add(user);
        }
    }

    public void Remove(ModuleUser user)
    {
        lock (_resetGate)
        {
            _users.Remove(user);
        }
    }

    /// <summary>
    /// C_Finalize and C_Initialize, which alone bring some libraries back after their device or daemon was gone. It is
    /// for the whole library, so only when every slot that signs through it is out of service and nobody is inside.
    /// </summary>
    /// <returns>What C_Initialize returned; null when it is not to be done now.</returns>
    public CKR? TryReinitialize()
    {
        lock (_resetGate)
        {
            if (!_finalize || !_users.TrueForAll(user => user.MayReset()) || !Gate.TryClose())
            {
                return null;
            }

            try
            {
                _ = Api.C_Finalize(null);
                var returnValue = CallInitialize(Api, Parameters);
                Interlocked.Increment(ref _incarnation);
                _users.ForEach(user => user.Reset());
                return returnValue;
            }
            finally
            {
                Gate.Open();
            }
        }
    }

    /// <summary>Slots with an initialised token, read anew.</summary>
    public List<TokenInfo> ListTokens()
    {
        if (!Gate.TryEnter())
        {
            throw new Pkcs11Exception(
                "C_GetSlotList", CKR.CKR_CRYPTOKI_NOT_INITIALIZED, Info.Path);
        }

        try
        {
            return ListTokensInside();
        }
        finally
        {
            Gate.Leave();
        }
    }

    private List<TokenInfo> ListTokensInside()
    {
        var tokens = new List<TokenInfo>();
        Pkcs11Exception? failed = null;
        foreach (var slot in ListSlots())
        {
            var returnValue = TryReadToken(slot, out var token);
            if (returnValue is CKR.CKR_TOKEN_NOT_PRESENT or CKR.CKR_TOKEN_NOT_RECOGNIZED)
            {
                continue;
            }

            if (returnValue != CKR.CKR_OK)
            {
                // A slot that fails keeps nobody from the others.
                failed ??= new Pkcs11Exception("C_GetTokenInfo", returnValue, $"slot {slot.Value} of {Info.Path}");
                continue;
            }

            if (token.Flags.HasFlag(TokenFlags.TokenInitialized))
            {
                tokens.Add(token);
            }
        }

        return tokens.Count == 0 && failed is not null ? throw failed : tokens;
    }

    public CKR TryReadToken(CULong slot, out TokenInfo token)
    {
        CK_TOKEN_INFO info = default;
        var returnValue = CKR.CKR_CRYPTOKI_NOT_INITIALIZED;
        if (Gate.TryEnter())
        {
            returnValue = Api.C_GetTokenInfo(slot, &info);
            Gate.Leave();
        }

        token = returnValue != CKR.CKR_OK
            ? s_noToken
            : new TokenInfo
            {
                Label = Text(info.label, 32),
                SerialNumber = Text(info.serialNumber, 16),
                Manufacturer = Text(info.manufacturerID, 32),
                Model = Text(info.model, 16),
                SlotId = slot.Value,
                Flags = (TokenFlags)unchecked((uint)info.flags.Value),
                MaxSessions = Limit(info.ulMaxSessionCount),
                MaxReadWriteSessions = Limit(info.ulMaxRwSessionCount),
                MinPinLength = (int)Math.Min(info.ulMinPinLen.Value, int.MaxValue),
                MaxPinLength = (int)Math.Min(info.ulMaxPinLen.Value, int.MaxValue),
            };
        return returnValue;
    }

    private static LoadedModule Share(nint key, Func<LoadedModule> make)
    {
        lock (s_gate)
        {
            if (s_loaded.TryGetValue(key, out var module))
            {
                module._references++;
            }
            else
            {
                module = make();
                s_loaded.Add(key, module);
            }

            return module;
        }
    }

    private static byte* FunctionList(nint library, string path)
    {
        if (NativeLibrary.TryGetExport(library, "C_GetInterface", out var getInterface))
        {
            CK_INTERFACE* found = null;
            fixed (byte* name = "PKCS 11\0"u8)
            {
                var call = (delegate* unmanaged[Cdecl]<byte*, CK_VERSION*, CK_INTERFACE**, CULong, CULong>)getInterface;
                var returnValue = call(name, null, &found, new CULong(0));
                if (returnValue.Value == 0 && found is not null && found->pFunctionList is not null)
                {
                    return found->pFunctionList;
                }
            }
        }

        if (!NativeLibrary.TryGetExport(library, "C_GetFunctionList", out var getFunctionList))
        {
            throw new NotSupportedException($"{path} is not a PKCS#11 library: it has no C_GetFunctionList.");
        }

        byte* list = null;
        var code = ((delegate* unmanaged[Cdecl]<byte**, CULong>)getFunctionList)(&list);
        Pkcs11Exception.ThrowIfFailed((CKR)unchecked((uint)code.Value), "C_GetFunctionList", path);
        return list is not null ? list : throw new NotSupportedException($"{path} returned no function list.");
    }

    /// <summary>True when it is ours to finalise: a library somebody else initialised stays initialised.</summary>
    private static bool Initialize(Cryptoki api, string path, string? parameters)
    {
        var returnValue = CallInitialize(api, parameters);
        if (returnValue == CKR.CKR_CRYPTOKI_ALREADY_INITIALIZED)
        {
            return false;
        }

        Pkcs11Exception.ThrowIfFailed(returnValue, "C_Initialize", path);
        return true;
    }

    private static CKR CallInitialize(Cryptoki api, string? parameters)
    {
        fixed (byte* text = parameters is null ? null : Encoding.UTF8.GetBytes(parameters + '\0'))
        {
            var arguments = new CK_C_INITIALIZE_ARGS
            {
                flags = new CULong(CKF.CKF_OS_LOCKING_OK),
                LibraryParameters = text,
            };
            return api.C_Initialize(&arguments);
        }
    }

    private static ModuleInfo ReadInfo(Cryptoki api, string path)
    {
        // CK_INFO: version, manufacturer[32], flags, description[32], version; flags is aligned except on Windows.
        var buffer = stackalloc byte[128];
        new Span<byte>(buffer, 128).Clear();
        Pkcs11Exception.ThrowIfFailed(api.C_GetInfo(buffer), "C_GetInfo", path);
        var description = OperatingSystem.IsWindows() ? 2 + 32 + sizeof(CULong) : 40 + sizeof(CULong);
        return new ModuleInfo(
            path,
            new Version(buffer[0], buffer[1]),
            Text(buffer + 2, 32),
            Text(buffer + description, 32),
            new Version(buffer[description + 32], buffer[description + 33]));
    }

    private static string Text(byte* padded, int length)
        => Encoding.UTF8.GetString(padded, length).TrimEnd(' ', '\0');

    /// <summary>CK_EFFECTIVELY_INFINITE is 0, CK_UNAVAILABLE_INFORMATION all ones.</summary>
    private static long? Limit(CULong value)
        => value.Value == 0 || value.Value >= uint.MaxValue ? null : (long)value.Value;

    /// <summary>A library that is broken may say anything.</summary>
    private int Length(CULong count)
        => count.Value <= MaxSlots
            ? (int)count.Value
            : throw new Pkcs11Exception("C_GetSlotList", CKR.CKR_GENERAL_ERROR, Info.Path);

    private CULong[] ListSlots()
    {
        while (true)
        {
            CULong count;
            Pkcs11Exception.ThrowIfFailed(Api.C_GetSlotList(1, null, &count), "C_GetSlotList", Info.Path);
            var slots = new CULong[Length(count)];
            if (slots.Length == 0)
            {
                return slots;
            }

            fixed (CULong* first = slots)
            {
                var returnValue = Api.C_GetSlotList(1, first, &count);
                if (returnValue == CKR.CKR_BUFFER_TOO_SMALL)
                {
                    continue;
                }

                Pkcs11Exception.ThrowIfFailed(returnValue, "C_GetSlotList", Info.Path);
            }

            return slots[..Math.Min(Length(count), slots.Length)];
        }
    }
}
