using System.Runtime.InteropServices;
using Appliance.Pkcs11.Interop;
using Appliance.Pkcs11.Login;
using Appliance.Pkcs11.Modules;

namespace Appliance.Pkcs11.Hosting;

/// <summary>
/// A token's login in a process that hosts its module: looks whether it stands, and asks the parent when it does not.
/// </summary>
internal sealed unsafe class AskedLogin : UserLogin
{
    private readonly Lock _gate = new();
    private readonly LoadedModule _module;
    private readonly LoginAsks _asks;
    private readonly uint _slot;
    private TokenInfo _token;
    private TokenSession? _session;
    private int _sessionOf;
    private int _logins;

    /// <param name="module">The library.</param>
    /// <param name="token">The token.</param>
    /// <param name="slot">Its number in frames.</param>
    /// <param name="isWanted">False when the parent uses the token without a login.</param>
    /// <param name="asks">Questions to the parent.</param>
    public AskedLogin(LoadedModule module, TokenInfo token, uint slot, bool isWanted, LoginAsks asks)
    {
        _module = module;
        _token = token;
        _slot = slot;
        IsWanted = isWanted;
        _asks = asks;
    }

    public override bool IsWanted { get; }

    public override int Logins => Volatile.Read(ref _logins);

    public override bool IsLoggedIn => IsWanted && Ensure(out _) == CKR.CKR_OK;

    public override void LogIn(PinSource pin, RefusedPins refused, bool force)
        => throw new NotSupportedException("The parent of this process logs in.");

    public override CKR Ensure(out bool lost)
    {
        lost = false;
        if (!IsWanted)
        {
            return CKR.CKR_OK;
        }

        lock (_gate)
        {
            if (!_module.Gate.TryEnter())
            {
                return CKR.CKR_CRYPTOKI_NOT_INITIALIZED;
            }

            try
            {
                var returnValue = Look(out var stands);
                lost = returnValue == CKR.CKR_OK && !stands;
                return lost ? Ask() : returnValue;
            }
            finally
            {
                _module.Gate.Leave();
            }
        }
    }

    public override CKR Authenticate(CULong session) => _asks.Authenticate(_slot, _token.SlotId, session);

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
            if (_session is not null && _sessionOf == _module.Incarnation && _module.Gate.TryEnter())
            {
                _session.Dispose();
                _module.Gate.Leave();
            }

            _session = null;
        }
    }

    private CKR Ask()
    {
        var returnValue = _asks.LogIn(_slot, _token.SlotId);
        if (returnValue == CKR.CKR_OK)
        {
            Interlocked.Increment(ref _logins);
        }

        return returnValue;
    }

    /// <summary>By a session of its own, since the state of a session tells the state of the login.</summary>
    private CKR Look(out bool stands)
    {
        stands = false;
        CK_SESSION_INFO info;
        if (_session is null
            || _sessionOf != _module.Incarnation
            || _module.Api.C_GetSessionInfo(_session.Handle, &info) != CKR.CKR_OK)
        {
            _session = null;
            try
            {
                _session = TokenSession.OpenToKeep(_module.Api, _token);
                _sessionOf = _module.Incarnation;
            }
            catch (Pkcs11Exception e)
            {
                return (CKR)e.ReturnValue;
            }
        }

        stands = !_token.Flags.HasFlag(TokenFlags.LoginRequired) || TokenSession.IsUser(_module.Api, _session.Handle);
        return CKR.CKR_OK;
    }
}
