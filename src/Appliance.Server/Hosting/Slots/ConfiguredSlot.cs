using System.Runtime.ExceptionServices;
using Appliance.Pkcs11;
using Appliance.Server.Options;

namespace Appliance.Server.Hosting.Slots;

/// <summary>One slot of the settings: its token once that is open, and until then what is in its way.</summary>
internal sealed class ConfiguredSlot(string name, TokenSettings settings) : IDisposable
{
    private readonly Lock _opening = new();
    private Pkcs11Module? _module;
    private volatile Token? _token;
    private volatile ExceptionDispatchInfo? _fault;

    public string Name => name;

    public TokenSettings Settings => settings;

    /// <summary>Open, and logged in at least once; null while it is not.</summary>
    public Token? Token => _token;

    /// <summary>Why it did not open when that was last tried; null while it was not tried, or is open.</summary>
    public string? Obstacle => _fault?.SourceException.Message;

    /// <summary>False until somebody needs it: a command that gets along without spends no login.</summary>
    public bool WasTried => _token is not null || _fault is not null;

    /// <summary>Loads the library as the settings say: here, or in a process of its own.</summary>
    public static Pkcs11Module LoadModule(TokenSettings settings, ILogger? logger = null) => settings.IsHosted
        ? Pkcs11Module.Host(
            settings.Module,
            new ModuleHostOptions { Environment = settings.Environment, Parameters = settings.Parameters },
            logger: logger)
        : Pkcs11Module.Load(settings.Module, settings.Parameters);

    /// <summary>Chooses its token as the settings say.</summary>
    public static Token OpenToken(Pkcs11Module module, TokenSettings settings) => module.OpenToken(
        TokenSelector.Parse(settings.Token),
        settings.Profile is { } profile ? VendorProfile.Find(profile) : null);

    /// <summary>Where the PIN of a slot comes from.</summary>
    public static PinSource PinOf(TokenSettings settings) => string.IsNullOrEmpty(settings.PinFile)
        ? PinSource.FromEnvironment(settings.PinEnvironment!)
        : PinSource.FromFile(settings.PinFile);

    /// <summary>Opens the token and logs in, unless that was done. What goes wrong is remembered.</summary>
    /// <param name="logIn">Logs in, or throws.</param>
    /// <param name="logger">Is told of a process that hosts the library.</param>
    public bool TryOpen(Action<ConfiguredSlot, Token> logIn, ILogger logger)
    {
        lock (_opening)
        {
            if (_token is not null)
            {
                return true;
            }

            Token? token = null;
            try
            {
                _module ??= LoadModule(settings, logger);
                token = OpenToken(_module, settings);
                logIn(this, token);
                _token = token;
                _fault = null;
                return true;
            }
            catch (Exception error)
            {
                token?.Dispose();

                // Some libraries see a token that came back only after C_Initialize.
                _module?.Dispose();
                _module = null;
                _fault = ExceptionDispatchInfo.Capture(error);
                return false;
            }
        }
    }

    /// <summary>Throws what went wrong when it was last tried.</summary>
    public void ThrowFault() => _fault?.Throw();

    /// <summary>Whether two slots of the settings came to one token.</summary>
    public bool IsSameToken(Token other) => _token is { } token
        && token.Info.SlotId == other.Info.SlotId
        && token.Info with { Flags = default } == other.Info with { Flags = default };

    public void Dispose()
    {
        _token?.Dispose();
        _module?.Dispose();
    }
}
