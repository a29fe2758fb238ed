using Appliance.Timestamping.Asn1;

namespace Appliance.Timestamping.Tests;

/// <summary>
/// DER as a tree: damages between lengths that are right reach deeper than damages of octets. An OCTET STRING that
/// holds a SEQUENCE is a node with children, too.
/// </summary>
internal sealed class DerNode
{
    public byte Tag { get; set; }

    /// <summary>Of a leaf.</summary>
    public byte[] Contents { get; set; } = [];

    /// <summary>Null for a leaf.</summary>
    public List<DerNode>? Children { get; set; }

    /// <summary>All below and this.</summary>
    public IEnumerable<DerNode> All => (Children ?? []).SelectMany(child => child.All).Prepend(this);

    public static DerNode Parse(byte[] encoded)
        => TryParse(encoded, out var nodes) && nodes is [var only]
            ? only
            : throw new ArgumentException("Not one DER value.", nameof(encoded));

    public byte[] Encode()
    {
        var contents = Children is null ? Contents : [.. Children.SelectMany(child => child.Encode())];
        var encoded = new byte[Der.SizeOf(contents.Length)];
        new DerCursor(encoded).Value(Tag, contents);
        return encoded;
    }

    private static bool TryParse(ReadOnlySpan<byte> encoded, out List<DerNode> nodes)
    {
        nodes = [];
        var reader = new DerReader(encoded);
        while (!reader.IsAtEnd)
        {
            var tag = reader.NextTag;
            if (!reader.TryRead(tag, out var contents))
            {
                return false;
            }

            var node = new DerNode { Tag = tag };
            var mayHold = (tag & 0x20) != 0 || (tag == Der.OctetString && contents is [Der.Sequence, ..]);
            if (mayHold && TryParse(contents, out var children))
            {
                node.Children = children;
            }
            else
            {
                node.Contents = contents.ToArray();
            }

            nodes.Add(node);
        }

        return true;
    }
}
