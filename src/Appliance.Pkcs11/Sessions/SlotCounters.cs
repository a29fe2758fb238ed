using System.Runtime.InteropServices;

namespace Appliance.Pkcs11.Sessions;

/// <summary>
/// What every signature writes, on a cache line of its own: what every signature only reads lies beside it in
/// <see cref="SlotHealth"/>.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 192)]
internal struct SlotCounters
{
    [FieldOffset(64)]
    public long Signatures;

    [FieldOffset(72)]
    public long Latency;

    [FieldOffset(80)]
    public int FailuresInARow;
}
