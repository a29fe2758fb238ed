using System.Runtime.InteropServices;

namespace Appliance.Pkcs11.Hosting;

/// <summary>A session that the child opened for its parent.</summary>
/// <param name="Handle">The library's handle.</param>
/// <param name="Incarnation">The library's initialisation that it belongs to.</param>
internal readonly record struct ServedSession(CULong Handle, int Incarnation);
