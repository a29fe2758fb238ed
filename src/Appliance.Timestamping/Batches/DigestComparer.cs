using System.Diagnostics.CodeAnalysis;

namespace Appliance.Timestamping.Batches;

/// <summary>Digests by their octets.</summary>
internal sealed class DigestComparer : IEqualityComparer<ReadOnlyMemory<byte>>
{
    private DigestComparer()
    {
    }

    public static DigestComparer Instance { get; } = new();

    public bool Equals(ReadOnlyMemory<byte> x, ReadOnlyMemory<byte> y) => x.Span.SequenceEqual(y.Span);

    /// <summary>All octets count: who sends the digests could choose some of them alike.</summary>
    public int GetHashCode([DisallowNull] ReadOnlyMemory<byte> obj)
    {
        var hash = new HashCode();
        hash.AddBytes(obj.Span);
        return hash.ToHashCode();
    }
}
