using System.Security.Cryptography;

namespace Appliance.Timestamping.Batches;

/// <summary>
/// A binary hash tree (RFC 4998 section 4.2): a node's value is the hash of its children's values, in binary ascending
/// order and concatenated. Equal digests are one leaf; a node without a sibling moves up as it is.
/// </summary>
internal sealed class HashTree
{
    private readonly byte[][][] _levels;
    private readonly Dictionary<ReadOnlyMemory<byte>, int> _places;

    /// <param name="digests">At least one, all of the algorithm's length.</param>
    /// <param name="algorithm">Of digests and nodes.</param>
    public HashTree(IReadOnlyList<byte[]> digests, HashAlgorithmName algorithm)
    {
        var leaves = new List<byte[]>(digests.Count);
        _places = new Dictionary<ReadOnlyMemory<byte>, int>(digests.Count, DigestComparer.Instance);
        foreach (var digest in digests)
        {
            if (_places.TryAdd(digest, leaves.Count))
            {
                leaves.Add(digest);
            }
        }

        var levels = new List<byte[][]> { leaves.ToArray() };
        while (levels[^1].Length > 1)
        {
            levels.Add(Above(levels[^1], algorithm));
        }

        _levels = [.. levels];
    }

    /// <summary>The value at the top: what is stamped.</summary>
    public byte[] Root => _levels[^1][0];

    /// <summary>
    /// The reduced hash tree (RFC 4998 section 4.2): the first list has the digest and its sibling, each further one
    /// the sibling of the node that the lists before lead to. Empty when the digest is the root.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<byte[]>> ReduceTo(byte[] digest)
    {
        var lists = new List<IReadOnlyList<byte[]>>();
        var place = _places[digest];
        for (var level = 0; level < _levels.Length - 1; level++)
        {
            var nodes = _levels[level];
            var sibling = place ^ 1;
            if (sibling < nodes.Length)
            {
                lists.Add(lists.Count == 0 ? Sorted(digest, nodes[sibling]) : [nodes[sibling]]);
            }

            place /= 2;
        }

        return lists;
    }

    private static byte[][] Above(byte[][] below, HashAlgorithmName algorithm)
    {
        var nodes = new byte[(below.Length + 1) / 2][];
        var length = below[0].Length;
        Span<byte> pair = stackalloc byte[2 * 64];
        pair = pair[..(2 * length)];
        for (var i = 0; i < nodes.Length; i++)
        {
            if ((2 * i) + 1 == below.Length)
            {
                nodes[i] = below[2 * i];
                continue;
            }

            var sorted = Sorted(below[2 * i], below[(2 * i) + 1]);
            sorted[0].CopyTo(pair);
            sorted[1].CopyTo(pair[length..]);
            nodes[i] = CryptographicOperations.HashData(algorithm, pair);
        }

        return nodes;
    }

    private static byte[][] Sorted(byte[] one, byte[] other)
        => one.AsSpan().SequenceCompareTo(other) <= 0 ? [one, other] : [other, one];
}
