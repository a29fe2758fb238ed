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
    private readonly UserLogin _login;
    private readonly Lazy<FrozenDictionary<uint, MechanismInfo>> _mechanisms;
    private volatile TokenInfo _info;
    private int _incarnation;
    private int _disposed;

    internal Token(LoadedModule module, TokenInfo info, VendorProfile? profile = null)
        : this(module, info, new TokenLogin(module, info), profile)
    {
    }

    internal Token(LoadedModule module, TokenInfo info, UserLogin login, VendorProfile? profile)
    {
        Profile = profile ?? VendorProfile.For(module.Info, info);
        _module = module;
        module.AddReference();
        _info = info;
        _incarnation = module.Incarnation;
        _login = login;
        _mechanisms = new Lazy<FrozenDictionary<uint, MechanismInfo>>(
            ReadMechanisms, LazyThreadSafetyMode.PublicationOnly);
    }

    /// <summary>As read when the token was opened; <see cref="ReadInfo"/> asks again.</summary>
    public TokenInfo Info => _info;

    /// <summary>Its vendor's ways.</summary>
    public VendorProfile Profile { get; }

    /// <summary>Mechanisms by CKM_ value, read once.</summary>
    public IReadOnlyDictionary<uint, MechanismInfo> Mechanisms => _mechanisms.Value;

    /// <summary>True after a login that has not been lost.</summary>
    public bool IsLoggedIn => _login.IsLoggedIn;

    /// <summary>
    /// A key of the appliance's own (<see cref="EnsureProbeKey"/>) by which slots that failed are tried; null when the
    /// token has none.
    /// </summary>
    public KeyReference? ProbeKey { get; internal set; }

    /// <summary>True once a PIN was given.</summary>
    internal bool WantsLogin => _login.IsWanted;

    internal Cryptoki Api => _module.Api;

    internal LoadedModule Module => _module;

    internal ModuleGate Gate => _module.Gate;

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

    /// <summary>True when the login stands, or was regained now; never tries a PIN that was refused.</summary>
    public bool TryKeepLogin() => EnsureLoggedIn(out _) == CKR.CKR_OK;

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

    /// <summary>Counts logins; see <see cref="UserLogin.Logins"/>.</summary>
    internal int Logins => _login.Logins;

    /// <summary>Between C_SignInit and C_Sign of a key that asks for the PIN each time.</summary>
    internal CKR Authenticate(CULong session) => _login.Authenticate(session);

    /// <summary>Finds the token again when its module was initialised anew: its slot may have another number.</summary>
    internal CKR Relocate()
    {
        if (_incarnation == _module.Incarnation)
        {
            return CKR.CKR_OK;
        }

        try
        {
            var incarnation = _module.Incarnation;
            var found = _module.ListTokens().Find(token => token.IsSame(_info));
            if (found is null)
            {
                return CKR.CKR_TOKEN_NOT_PRESENT;
            }

            _info = found;
            _login.Relocate(found);
            _incarnation = incarnation;
            return CKR.CKR_OK;
        }
        catch (Pkcs11Exception e)
        {
            return (CKR)e.ReturnValue;
        }
    }

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

        return TokenSession.Open(_module, Info, readWrite);
    }

    private FrozenDictionary<uint, MechanismInfo> ReadMechanisms()
    {
        if (!Gate.TryEnter())
        {
            throw new Pkcs11Exception(
                "C_GetMechanismList", CKR.CKR_CRYPTOKI_NOT_INITIALIZED, Info.ToString());
        }

        try
        {
            return ReadMechanismsInside();
        }
        finally
        {
            Gate.Leave();
        }
    }

    private FrozenDictionary<uint, MechanismInfo> ReadMechanismsInside()
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
