namespace Appliance.Pkcs11;

/// <summary>
/// A PKCS#11 library. Loaded and initialised once per process and path however often it is opened (C_Initialize is per
/// process); finalised when the last opener disposes it; never unloaded, since libraries crash when they are.
/// </summary>
public sealed class Pkcs11Module : IDisposable
{
    internal Pkcs11Module(ModuleInfo info) => Info = info;

    /// <summary>What the library says about itself.</summary>
    public ModuleInfo Info { get; }

    /// <summary>Loads and initialises a library with CKF_OS_LOCKING_OK.</summary>
    /// <param name="path">Path of the shared library, or a name the loader finds.</param>
    /// <exception cref="DllNotFoundException">The file does not exist or does not load.</exception>
    /// <exception cref="BadImageFormatException">It is not a PKCS#11 library of version 2.x or 3.x.</exception>
    /// <exception cref="Pkcs11Exception">C_Initialize failed.</exception>
    public static Pkcs11Module Load(string path) => throw new NotSupportedException(path);

    /// <summary>Every initialised token present now.</summary>
    /// <exception cref="Pkcs11Exception">The library failed.</exception>
    public IReadOnlyList<TokenInfo> ListTokens() => throw new NotSupportedException();

    /// <summary>Opens the one token the selector names; a keeper session is opened with it.</summary>
    /// <exception cref="TokenNotFoundException">No token matches, or several do.</exception>
    /// <exception cref="Pkcs11Exception">The library failed.</exception>
    public Token OpenToken(TokenSelector selector) => throw new NotSupportedException(selector?.ToString());

    /// <summary>Gives the library back; the last one to do so finalises it. Dispose tokens first.</summary>
    public void Dispose()
    {
    }
}
