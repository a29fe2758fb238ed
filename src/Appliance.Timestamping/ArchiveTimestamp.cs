using System.Formats.Asn1;
using System.Security.Cryptography;
using Appliance.Timestamping.Tokens;

namespace Appliance.Timestamping;

/// <summary>
/// ArchiveTimeStamp (RFC 4998 section 4.1): a token over the root of a hash tree, and what leads one digest there.
/// </summary>
/// <param name="HashAlgorithm">Of digest, nodes and imprint.</param>
/// <param name="ReducedTree">Lists from the leaf to the root; empty when the digest itself is stamped.</param>
/// <param name="Token">TimeStampToken, DER.</param>
public readonly record struct ArchiveTimestamp(
    HashAlgorithmName HashAlgorithm, IReadOnlyList<IReadOnlyList<byte[]>> ReducedTree, ReadOnlyMemory<byte> Token)
{
    /// <summary>Longest ArchiveTimeStamp that is looked at, in bytes.</summary>
    public const int MaxLength = 2 * TimestampToken.MaxLength;

    /// <summary>Most lists of a reduced tree: a tree of 2^40 leaves has fewer.</summary>
    private const int MaxLists = 64;

    /// <summary>Most hashes of one list.</summary>
    private const int MaxHashes = 1024;

    private static readonly Asn1Tag s_algorithm = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag s_attributes = new(TagClass.ContextSpecific, 1, isConstructed: true);
    private static readonly Asn1Tag s_tree = new(TagClass.ContextSpecific, 2, isConstructed: true);

    /// <summary>Reads one.</summary>
    /// <param name="source">DER, nothing behind it.</param>
    /// <exception cref="AsnContentException">Not an ArchiveTimeStamp, or of an unknown hash algorithm.</exception>
    public static ArchiveTimestamp Decode(ReadOnlyMemory<byte> source)
    {
        if (source.Length > MaxLength)
        {
            throw new AsnContentException("An ArchiveTimeStamp that is too long to be looked at.");
        }

        var outer = new AsnReader(source, AsnEncodingRules.DER);
        var reader = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        HashAlgorithmName? algorithm = null;
        if (reader.PeekTag().HasSameClassAndValue(s_algorithm))
        {
            algorithm = ReadAlgorithm(reader.ReadSequence(s_algorithm));
        }

        if (reader.HasData && reader.PeekTag().HasSameClassAndValue(s_attributes))
        {
            reader.ReadEncodedValue();
        }

        var lists = new List<IReadOnlyList<byte[]>>();
        if (reader.HasData && reader.PeekTag().HasSameClassAndValue(s_tree))
        {
            var tree = reader.ReadSequence(s_tree);
            while (tree.HasData && lists.Count < MaxLists)
            {
                lists.Add(ReadList(tree.ReadSequence()));
            }

            tree.ThrowIfNotEmpty();
        }

        var token = reader.ReadEncodedValue();
        reader.ThrowIfNotEmpty();
        var known = algorithm ?? TimestampToken.Decode(token).HashAlgorithm;
        var length = ImprintAlgorithm.ByName(known).Length;
        return lists.TrueForAll(list => list.All(hash => hash.Length == length))
            ? new ArchiveTimestamp(known, lists, token)
            : throw new AsnContentException($"A reduced hash tree whose hashes are not all by {known.Name}.");
    }

    /// <summary>DER of this one.</summary>
    public byte[] Encode()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence(s_algorithm))
            {
                writer.WriteObjectIdentifier(ImprintAlgorithm.ByName(HashAlgorithm).Oid);
            }

            if (ReducedTree.Count > 0)
            {
                WriteTree(writer);
            }

            writer.WriteEncodedValue(Token.Span);
        }

        return writer.Encode();
    }

    /// <summary>
    /// The root that the reduced tree leads to from a digest (RFC 4998 section 4.3); null when it does not lead
    /// anywhere from there.
    /// </summary>
    /// <param name="digest">Of the document.</param>
    public byte[]? FindRoot(ReadOnlySpan<byte> digest)
    {
        var node = digest.ToArray();
        for (var i = 0; i < ReducedTree.Count; i++)
        {
            List<byte[]> list = [.. ReducedTree[i]];
            if (i > 0)
            {
                list.Add(node);
            }
            else if (!list.Exists(hash => hash.AsSpan().SequenceEqual(node)))
            {
                return null;
            }
            else if (list.Count == 1)
            {
                // A group of one document is its hash (section 4.2), as Bouncy Castle writes every leaf.
                continue;
            }

            list.Sort(static (left, right) => left.AsSpan().SequenceCompareTo(right));
            node = CryptographicOperations.HashData(HashAlgorithm, (byte[])[.. list.SelectMany(hash => hash)]);
        }

        return node;
    }

    /// <summary>AlgorithmIdentifier; no hash algorithm here has parameters other than NULL.</summary>
    private static HashAlgorithmName ReadAlgorithm(AsnReader reader)
    {
        var oid = reader.ReadObjectIdentifier();
        if (reader.HasData)
        {
            reader.ReadNull();
        }

        reader.ThrowIfNotEmpty();
        var found = ImprintAlgorithm.All.FirstOrDefault(
            known => string.Equals(known.Oid, oid, StringComparison.Ordinal));
        return found.Length > 0
            ? found.Name
            : throw new AsnContentException("An ArchiveTimeStamp with an unknown hash algorithm.");
    }

    private static List<byte[]> ReadList(AsnReader reader)
    {
        var list = new List<byte[]>();
        while (reader.HasData && list.Count < MaxHashes)
        {
            list.Add(reader.ReadOctetString());
        }

        reader.ThrowIfNotEmpty();
        return list;
    }

    private void WriteTree(AsnWriter writer)
    {
        using (writer.PushSequence(s_tree))
        {
            foreach (var list in ReducedTree)
            {
                using (writer.PushSequence())
                {
                    foreach (var hash in list)
                    {
                        writer.WriteOctetString(hash);
                    }
                }
            }
        }
    }
}
