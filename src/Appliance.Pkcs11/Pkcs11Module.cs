using Appliance.Pkcs11.Hosting;
using Appliance.Pkcs11.Modules;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Pkcs11;

/// <summary>
/// A PKCS#11 library. Loaded and initialised once per process and path however often it is opened (C_Initialize is per
/// process); finalised when the last opener disposes it; never unloaded, since libraries crash when they are.
/// </summary>
public sealed class Pkcs11Module : IDisposable
{
    private readonly LoadedModule _module;
    private bool _disposed;

    private Pkcs11Module(LoadedModule module) => _module = module;

    /// <summary>What the library says about itself.</summary>
    public ModuleInfo Info => _module.Info;

    /// <summary>Loads and initialises a library with CKF_OS_LOCKING_OK.</summary>
    /// <param name="path">Path of the shared library, or a name the loader finds.</param>
    /// <param name="parameters">
    /// Text for the library itself, where the standard's reserved pointer is: NSS takes its database from there
    /// (<c>configdir='sql:/etc/keys' certPrefix='' keyPrefix='' secmod='' flags=</c>). Null for libraries that want
    /// none, which is nearly all.
    /// </param>
    /// <exception cref="DllNotFoundException">The file does not exist or does not load.</exception>
    /// <exception cref="NotSupportedException">
    /// It is not a PKCS#11 library of version 2.x or 3.x, or it is in use in this process with other parameters.
    /// </exception>
    /// <exception cref="Pkcs11Exception">C_Initialize failed.</exception>
    public static Pkcs11Module Load(string path, string? parameters = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new Pkcs11Module(LoadedModule.Load(path, parameters));
    }

    /// <summary>
    /// Starts a child process that loads and initialises a library, so that its crash or hang ends only that process.
    /// It is started again with growing pauses; meanwhile calls return CKR_DEVICE_REMOVED. Tokens log in as always: the
    /// PIN goes through a pipe that the child inherited. Each call makes a process of its own. Linux.
    /// </summary>
    /// <param name="path">Path of the shared library, or a name the loader finds.</param>
    /// <param name="options">Environment, limits, pauses.</param>
    /// <param name="time">Clock; null takes the system's.</param>
    /// <param name="logger">Null logs nothing.</param>
    /// <exception cref="DllNotFoundException">The file does not exist or does not load.</exception>
    /// <exception cref="NotSupportedException">It is not a PKCS#11 library of version 2.x or 3.x.</exception>
    /// <exception cref="Pkcs11Exception">C_Initialize failed.</exception>
    /// <exception cref="ModuleHostException">The child process did not start, or ended before it served.</exception>
    /// <exception cref="PlatformNotSupportedException">The system is not Linux.</exception>
    public static Pkcs11Module Host(
        string path, ModuleHostOptions options, TimeProvider? time = null, ILogger? logger = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(options);
        var host = ModuleHost.Start(path, options, time ?? TimeProvider.System, logger ?? NullLogger.Instance);
        try
        {
            var module = LoadedModule.Attach(new RemoteCryptoki(host), path);
            host.Restarted = module.Renew;
            return new Pkcs11Module(module);
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    /// <summary>Every initialised token present now.</summary>
    /// <exception cref="Pkcs11Exception">The library failed.</exception>
    public IReadOnlyList<TokenInfo> ListTokens()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _module.ListTokens();
    }

    /// <summary>Opens the one token the selector names.</summary>
    /// <param name="selector">Which.</param>
    /// <param name="profile">Its vendor's ways; null goes by what module and token say of themselves.</param>
    /// <exception cref="TokenNotFoundException">No token matches, or several do.</exception>
    /// <exception cref="Pkcs11Exception">The library failed.</exception>
    public Token OpenToken(TokenSelector selector, VendorProfile? profile = null)
    {
        ArgumentNullException.ThrowIfNull(selector);
        var tokens = ListTokens();
        var matches = tokens.Where(selector.Matches).ToList();
        if (matches.Count == 1)
        {
            return new Token(_module, matches[0], profile);
        }

        var found = tokens.Count == 0 ? "no initialised token" : string.Join("; ", tokens);
        throw new TokenNotFoundException(matches.Count == 0
            ? $"No token matches \"{selector}\". {Info.Path} has {found}."
            : $"Several tokens match \"{selector}\": {string.Join("; ", matches)}. Add the serial number.");
    }

    /// <summary>Gives the library back; the last to do so finalises it. Open tokens keep it until they go.</summary>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _module.Release();
        }
    }

    /// <summary>For tests that need a function list of their own.</summary>
    internal static Pkcs11Module Attach(nint functionList, string name)
        => new(LoadedModule.Attach(functionList, name));
}
