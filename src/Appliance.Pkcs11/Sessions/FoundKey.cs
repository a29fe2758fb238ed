using System.Runtime.InteropServices;
using Appliance.Pkcs11.Sessions.Wrapped;

namespace Appliance.Pkcs11.Sessions;

/// <summary>
/// A key's handle in one slot, as found by CKA_ID and label. Where several objects bear the same name, the others wait
/// in <see cref="Others"/> for the first to fail its proof.
/// </summary>
internal sealed class FoundKey
{
    /// <summary>Stands for a key that its job must wait for.</summary>
    public static readonly FoundKey Awaited = new(default, -1, default);

    private volatile bool _proven;

    public FoundKey(CULong handle, int generation, ReadOnlyMemory<CULong> others)
    {
        Handle = handle;
        Generation = generation;
        Others = others;
    }

    public CULong Handle { get; }

    /// <summary>Handles found before the slot was reset are worth nothing after it.</summary>
    public int Generation { get; }

    public ReadOnlyMemory<CULong> Others { get; }

    /// <summary>True once a signature by this handle has verified with the credential's public key.</summary>
    public bool IsProven => _proven;

    /// <summary>Of a wrapped key: what holds it in place while it is pinned. Else null.</summary>
    public WrappedEntry? Entry { get; init; }

    /// <summary>False when the handle may be another key's by now.</summary>
    public bool Holds => Entry?.IsDropped != true;

    /// <summary>Its user is done with it.</summary>
    public void Release() => Entry?.Unpin();

    public void MarkProven() => _proven = true;

    /// <summary>The next candidate; null when none is left.</summary>
    public FoundKey? Next()
        => Others.IsEmpty ? null : new FoundKey(Others.Span[0], Generation, Others[1..]);
}
