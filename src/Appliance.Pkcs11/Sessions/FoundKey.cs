using System.Runtime.InteropServices;
using Appliance.Pkcs11.Sessions.Wrapped;

namespace Appliance.Pkcs11.Sessions;

/// <summary>
/// A key's handle in one slot, as found by CKA_ID and label. Where several objects bear the same name, the others wait
/// in <see cref="Others"/> for the first to fail its proof.
/// </summary>
internal sealed class FoundKey
{
    /// <summary>Ways to sign that are remembered as proven; beyond them the oldest is proven again.</summary>
    private const int MaxSchemes = 8;

    /// <summary>Stands for a key that its job must wait for.</summary>
    public static readonly FoundKey Awaited = new(default, -1, default);

    private volatile SignatureScheme[] _proven = [];

    public FoundKey(CULong handle, int generation, ReadOnlyMemory<CULong> others, bool asksEachTime = false)
    {
        Handle = handle;
        Generation = generation;
        Others = others;
        AsksEachTime = asksEachTime;
    }

    public CULong Handle { get; }

    /// <summary>Handles found before the slot was reset are worth nothing after it.</summary>
    public int Generation { get; }

    public ReadOnlyMemory<CULong> Others { get; }

    /// <summary>CKA_ALWAYS_AUTHENTICATE: the PIN is asked for between C_SignInit and each C_Sign.</summary>
    public bool AsksEachTime { get; }

    /// <summary>Of a wrapped key: what holds it in place while it is pinned. Else null.</summary>
    public WrappedEntry? Entry { get; init; }

    /// <summary>Its user is done with it.</summary>
    public void Release() => Entry?.Unpin();

    /// <summary>True once such a signature by this handle has verified with the credential's public key.</summary>
    public bool IsProven(SignatureScheme scheme)
    {
        foreach (var proven in _proven)
        {
            if (ReferenceEquals(proven, scheme) || proven.Equals(scheme))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Two threads may forget each other's: it is proven once more.</summary>
    public void MarkProven(SignatureScheme scheme)
    {
        var before = _proven;
        _proven = [scheme, .. before.AsSpan(0, Math.Min(before.Length, MaxSchemes - 1))];
    }

    /// <summary>The next candidate; null when none is left.</summary>
    public FoundKey? Next(bool asksEachTime)
        => Others.IsEmpty ? null : new FoundKey(Others.Span[0], Generation, Others[1..], asksEachTime);
}
