namespace Appliance.Pkcs11.Modules;

/// <summary>A slot that signs through a library, as far as initialising the library anew goes.</summary>
/// <param name="MayReset">True while it is given no work and has none.</param>
/// <param name="Reset">Called when nothing from before is valid any more, while nobody is inside.</param>
internal sealed record ModuleUser(Func<bool> MayReset, Action Reset);
