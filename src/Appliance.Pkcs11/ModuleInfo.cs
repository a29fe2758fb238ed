namespace Appliance.Pkcs11;

/// <summary>What a library says about itself (C_GetInfo).</summary>
/// <param name="Path">Path it was loaded from.</param>
/// <param name="CryptokiVersion">Interface version, for example 2.40 or 3.0.</param>
/// <param name="Manufacturer">Manufacturer.</param>
/// <param name="Description">Description.</param>
/// <param name="LibraryVersion">Version of the library.</param>
public sealed record ModuleInfo(
    string Path,
    Version CryptokiVersion,
    string Manufacturer,
    string Description,
    Version LibraryVersion);
