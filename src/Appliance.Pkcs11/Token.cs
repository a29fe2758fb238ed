using System.Collections.Frozen;
using System.Runtime.InteropServices;
using Appliance.Pkcs11.Interop;
using Appliance.Pkcs11.Login;
using Appliance.Pkcs11.Modules;

namespace Appliance.Pkcs11;

/// <summary>
/// One token: login and administration. Each operation opens a short session of its own and may come from any thread;
/// signing at volume belongs to <see cref="SlotGroup"/>. A keeper session stays open so that the login, which is the
/// application's and not the session's, survives the others.
/// </summary>
public sealed unsafe partial class Token : IDisposable
{
    private readonly LoadedModule _module;
    private readonly TokenLogin _login;
    private readonly Lazy<FrozenDictionary<uint, MechanismInfo>> _mechanisms;
    private int _disposed;

    internal Token(LoadedModule module, TokenInfo info)
    {
        _module = module;
        module.AddReference();
        Info = info;
        _login = new TokenLogin(module, info);
        _mechanisms = new Lazy<FrozenDictionary<uint, MechanismInfo>>(
            ReadMechanisms, LazyThreadSafetyMode.PublicationOnly);
    }

    /// <summary>As read when the token was opened; <see cref="ReadInfo"/> asks again.</summary>
    public TokenInfo Info { get; }

    /// <summary>Mechanisms by CKM_ value, read once.</summary>
    public IReadOnlyDictionary<uint, MechanismInfo> Mechanisms => _mechanisms.Value;

    /// <summary>True after a login that has not been lost.</summary>
    public bool IsLoggedIn => _login.IsLoggedIn;

    internal Cryptoki Api => _module.Api;

    /// <summary>Reads C_GetTokenInfo anew, for example for the PIN flags.</summary>
    /// <exception cref="Pkcs11Exception">The token is gone or failed.</exception>
    public TokenInfo ReadInfo()
    {
        var returnValue = _module.TryReadToken(new CULong((nuint)Info.SlotId), out var info);
        Pkcs11Exception.ThrowIfFailed(returnValue, "C_GetTokenInfo", Info.ToString());
        return info;
    }

    /// <summary>
    /// Logs the user in and keeps the source for later re-logins, which never force. The token's flags are read first;
    /// a PIN refused before is not tried. Already logged in is success.
    /// </summary>
    /// <param name="pin">Where the PIN comes from; the token disposes it.</param>
    /// <param name="refused">Memory of refused PINs.</param>
    /// <param name="force">
    /// Try although few attempts are left or the PIN was refused before; never the last one.
    /// </param>
    /// <exception cref="TokenLoginException">Refused, by the token or before it was asked.</exception>
    public void Login(PinSource pin, RefusedPins refused, bool force = false)
    {
        ArgumentNullException.ThrowIfNull(pin);
        ArgumentNullException.ThrowIfNull(refused);
        _login.LogIn(pin, refused, force);
    }

    /// <summary>Closes the keeper session and gives the module back. Dispose slot groups first.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _login.Dispose();
            _module.Release();
        }
    }

    /// <summary>For good: C_Finalize under a call that has not returned would crash the process.</summary>
    internal void KeepModule() => _module.AddReference();

    /// <summary>
    /// For the data plane: makes sure that the login stands, logging in again when it was lost. One thread does it,
    /// the others wait for its result.
    /// </summary>
    /// <param name="lost">Set when the login had been lost: handles found before are worth nothing.</param>
    internal CKR EnsureLoggedIn(out bool lost) => _login.Ensure(out lost);

    private TokenSession OpenSession(bool readWrite)
    {
        var returnValue = _login.Ensure(out _);
        if (returnValue != CKR.CKR_OK)
        {
            throw new TokenLoginException(
                TokenLoginFailure.TokenError,
                $"The login to {Info} was lost and not regained: {Pkcs11ReturnValue.NameOf((uint)returnValue)}.",
                (uint)returnValue);
        }

        return TokenSession.Open(Api, Info, readWrite);
    }

    private FrozenDictionary<uint, MechanismInfo> ReadMechanisms()
    {
        var slot = new CULong((nuint)Info.SlotId);
        var where = Info.ToString();
        CULong count;
        Pkcs11Exception.ThrowIfFailed(Api.C_GetMechanismList(slot, null, &count), "C_GetMechanismList", where);
        var types = new CULong[checked((int)count.Value)];
        fixed (CULong* first = types)
        {
            Pkcs11Exception.ThrowIfFailed(Api.C_GetMechanismList(slot, first, &count), "C_GetMechanismList", where);
        }

        var mechanisms = new Dictionary<uint, MechanismInfo>();
        foreach (var type in types.AsSpan(0, checked((int)count.Value)))
        {
            CK_MECHANISM_INFO info;
            if (Api.C_GetMechanismInfo(slot, type, &info) == CKR.CKR_OK)
            {
                var id = unchecked((uint)type.Value);
                mechanisms[id] = new MechanismInfo(
                    id,
                    Size(info.ulMinKeySize),
                    Size(info.ulMaxKeySize),
                    unchecked((uint)info.flags.Value));
            }
        }

        return mechanisms.ToFrozenDictionary();
    }

    /// <summary>Some libraries say "unknown" with all ones, which no signed number holds.</summary>
    private static long Size(CULong value) => (long)Math.Min(value.Value, (nuint)uint.MaxValue);
}
