using System.Globalization;
using System.Runtime.InteropServices;
using Appliance.Pkcs11.Interop;
using Appliance.Pkcs11.Modules;

namespace Appliance.Pkcs11.Login;

/// <summary>
/// The login of one token: a keeper session that holds it, the source of the PIN, and the rules before C_Login. In
/// PKCS#11 the login belongs to the application, so one object per token serialises it.
/// </summary>
internal sealed unsafe class TokenLogin : UserLogin
{
    private readonly Lock _gate = new();
    private readonly Lock _contextGate = new();
    private readonly LoadedModule _module;
    private TokenInfo _token;
    private PinSource? _pin;
    private RefusedPins? _refused;
    private TokenSession? _keeper;
    private int _keeperOf;
    private int _logins;
    private bool _needsNoLogin;
    private volatile bool _pinIsGood;

    public TokenLogin(LoadedModule module, TokenInfo token)
    {
        _module = module;
        _token = token;
    }

    public override bool IsWanted => _pin is not null;

    /// <summary>
    /// Counts the logins made: what was found under an earlier one is worth nothing. Whoever finds the login lost makes
    /// it anew, so others learn of it here only.
    /// </summary>
    public override int Logins => Volatile.Read(ref _logins);

    public override bool IsLoggedIn
    {
        get
        {
            lock (_gate)
            {
                return _pin is not null && Inside(Stands, otherwise: false);
            }
        }
    }

    public override void LogIn(PinSource pin, RefusedPins refused, bool force)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(_pin, pin))
            {
                _pin?.Dispose();
            }

            _pin = pin;
            _refused = refused;
            _ = Inside(
                () =>
                {
                    LogInNow(force);
                    return true;
                },
                otherwise: null);
        }
    }

    /// <summary>CKR_OK when logged in, or when no login was ever asked for.</summary>
    public override CKR Ensure(out bool lost)
    {
        lock (_gate)
        {
            var wasLost = false;
            var returnValue = Inside(
                () =>
                {
                    wasLost = _pin is not null && !Stands();
                    return wasLost ? Try(() => LogInNow(force: false)) : CKR.CKR_OK;
                },
                CKR.CKR_CRYPTOKI_NOT_INITIALIZED);
            lost = wasLost;
            return returnValue;
        }
    }

    /// <summary>
    /// The PIN for one signature of a key that asks each time (CKA_ALWAYS_AUTHENTICATE), after C_SignInit in the same
    /// session. The first goes through the memory of refused PINs; once it was right it is right until it is refused.
    /// </summary>
    public override CKR Authenticate(CULong session)
    {
        if (_pin is not { } source || _refused is not { } refused)
        {
            return CKR.CKR_USER_NOT_LOGGED_IN;
        }

        return Try(() => AuthenticateInTurn(session, source, refused));
    }

    /// <summary>One at a time: a PIN that was changed would be refused once for each session that signs.</summary>
    private CKR AuthenticateInTurn(CULong session, PinSource source, RefusedPins refused)
    {
        lock (_contextGate)
        {
            using var pin = source.Read();
            var wasGood = _pinIsGood;
            if (!wasGood)
            {
                Refuse(ReadToken(), force: false);
            }

            var returnValue = wasGood
                ? CallLogin(session, CKU.CKU_CONTEXT_SPECIFIC, pin)
                : refused.Attempt(
                    _token, pin, force: false, () => CallLogin(session, CKU.CKU_CONTEXT_SPECIFIC, pin));
            _pinIsGood = returnValue == CKR.CKR_OK;
            if (wasGood && !_pinIsGood)
            {
                // Remembered without asking the token again.
                var answer = returnValue;
                refused.Attempt(_token, pin, force: true, () => answer);
            }

            return returnValue;
        }
    }

    /// <summary>After the module was initialised anew: the token's slot may have another number.</summary>
    public override void Relocate(TokenInfo token)
    {
        lock (_gate)
        {
            _token = token;
        }
    }

    public override void Dispose()
    {
        lock (_gate)
        {
            Inside(
                () =>
                {
                    DropKeeper();
                    return true;
                },
                otherwise: false);
            _keeper = null;
            _pin?.Dispose();
            _pin = null;
        }
    }

    private static CKR Try(Action login)
        => Try(() =>
        {
            login();
            return CKR.CKR_OK;
        });

    private static CKR Try(Func<CKR> login)
    {
        try
        {
            return login();
        }
        catch (Pkcs11Exception e)
        {
            return (CKR)e.ReturnValue;
        }
        catch (TokenLoginException e)
        {
            return e.ReturnValue == 0 ? CKR.CKR_USER_NOT_LOGGED_IN : (CKR)e.ReturnValue;
        }
    }

    /// <summary>Inside the module's gate; null throws when it is closed.</summary>
    private T Inside<T>(Func<T> work, T? otherwise)
        where T : struct
    {
        if (!_module.Gate.TryEnter())
        {
            return otherwise ?? throw new Pkcs11Exception(
                "C_Login", CKR.CKR_CRYPTOKI_NOT_INITIALIZED, _token.ToString());
        }

        try
        {
            return work();
        }
        finally
        {
            _module.Gate.Leave();
        }
    }

    /// <summary>A handle of an earlier initialisation may be somebody else's: it is forgotten, not closed.</summary>
    private void DropKeeper()
    {
        if (_keeperOf == _module.Incarnation)
        {
            _keeper?.Dispose();
        }

        _keeper = null;
    }

    private bool Stands()
        => _keeper is not null
            && _keeperOf == _module.Incarnation
            && (_needsNoLogin ? IsAlive(_keeper) : TokenSession.IsUser(_module.Api, _keeper.Handle));

    private void LogInNow(bool force)
    {
        var token = ReadToken();
        Refuse(token, force);
        if (_keeper is null || _keeperOf != _module.Incarnation || !IsAlive(_keeper))
        {
            DropKeeper();
            _keeper = TokenSession.OpenToKeep(_module.Api, _token);
            _keeperOf = _module.Incarnation;
        }

        // Someone else in this process may hold a login: it is the application's.
        _needsNoLogin = !token.Flags.HasFlag(TokenFlags.LoginRequired);
        if (_needsNoLogin || TokenSession.IsUser(_module.Api, _keeper.Handle))
        {
            return;
        }

        using var pin = _pin!.Read();
        if (token.MaxPinLength > 0 && (pin.Length < token.MinPinLength || pin.Length > token.MaxPinLength))
        {
            throw new TokenLoginException(
                TokenLoginFailure.PinMissing,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{token} takes PINs of {token.MinPinLength} to {token.MaxPinLength} bytes, which the one from "
                    + $"{_pin.Description} is not; the token was not asked."));
        }

        var session = _keeper.Handle;
        var returnValue = _refused!.Attempt(token, pin, force, () => CallLogin(session, CKU.CKU_USER, pin));
        if (returnValue is not (CKR.CKR_OK or CKR.CKR_USER_ALREADY_LOGGED_IN))
        {
            throw Failed(token, returnValue);
        }

        Interlocked.Increment(ref _logins);
    }

    private CKR CallLogin(CULong session, uint user, LockedMemory pin)
    {
        fixed (byte* first = pin.GetSpan())
        {
            return _module.Api.C_Login(session, new CULong(user), first, new CULong((uint)pin.Length));
        }
    }

    private TokenInfo ReadToken()
    {
        var returnValue = _module.TryReadToken(new CULong((nuint)_token.SlotId), out var token);
        Pkcs11Exception.ThrowIfFailed(returnValue, "C_GetTokenInfo", _token.ToString());
        return string.Equals(token.SerialNumber, _token.SerialNumber, StringComparison.Ordinal)
            ? token
            : throw new TokenLoginException(
                TokenLoginFailure.TokenError, $"The slot of {_token} now holds {token}; start again to choose anew.");
    }

    private bool IsAlive(TokenSession session)
    {
        CK_SESSION_INFO info;
        return _module.Api.C_GetSessionInfo(session.Handle, &info) == CKR.CKR_OK;
    }

    /// <summary>What the flags forbid, before anything is tried.</summary>
    private static void Refuse(TokenInfo token, bool force)
    {
        if (token.Flags.HasFlag(TokenFlags.UserPinLocked))
        {
            throw new TokenLoginException(
                TokenLoginFailure.Locked, $"The PIN of {token} is locked. The security officer must reset it.");
        }

        if (token.Flags.HasFlag(TokenFlags.UserPinFinalTry))
        {
            throw new TokenLoginException(
                TokenLoginFailure.FinalTry,
                $"{token} has one attempt left and the appliance does not take it. "
                + "Log in once with the vendor's tool, or have the PIN reset.");
        }

        if (token.Flags.HasFlag(TokenFlags.UserPinCountLow) && !force)
        {
            throw new TokenLoginException(
                TokenLoginFailure.CountLow,
                $"A wrong PIN was entered at {token} before, so few attempts are left. "
                + "Check the PIN and log in once by force: appliance doctor --force-pin.");
        }

        if (token.Flags.HasFlag(TokenFlags.LoginRequired) && !token.Flags.HasFlag(TokenFlags.UserPinInitialized))
        {
            throw new TokenLoginException(
                TokenLoginFailure.NotInitialized, $"{token} has no user PIN yet. Initialise it.");
        }
    }

    private static TokenLoginException Failed(TokenInfo token, CKR returnValue)
    {
        var name = Pkcs11ReturnValue.NameOf((uint)returnValue);
        return returnValue switch
        {
            CKR.CKR_PIN_INCORRECT or CKR.CKR_PIN_INVALID or CKR.CKR_PIN_LEN_RANGE => new TokenLoginException(
                TokenLoginFailure.PinRefused,
                $"{token} refused the PIN: C_Login returned {name}. It will not be tried again until it changes.",
                (uint)returnValue),
            CKR.CKR_PIN_LOCKED => new TokenLoginException(
                TokenLoginFailure.Locked,
                $"C_Login returned {name} on {token}. The security officer must reset the PIN.",
                (uint)returnValue),
            _ => new TokenLoginException(
                TokenLoginFailure.TokenError, $"C_Login returned {name} on {token}.", (uint)returnValue),
        };
    }
}
