using System.Formats.Asn1;

namespace Appliance.Tests.Shared.Timestamps;

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
        byte[] length = contents.Length switch
        {
            < 0x80 => [(byte)contents.Length],
            < 0x100 => [0x81, (byte)contents.Length],
            < 0x1_0000 => [0x82, (byte)(contents.Length >> 8), (byte)(contents.Length & 0xFF)],
            var length24 =>
                [0x83, (byte)(length24 >> 16), (byte)((length24 >> 8) & 0xFF), (byte)(length24 & 0xFF)],
        };
        return [Tag, .. length, .. contents];
    }

    private static bool TryParse(ReadOnlySpan<byte> encoded, out List<DerNode> nodes)
    {
        nodes = [];
        while (!encoded.IsEmpty)
        {
            if (!AsnDecoder.TryReadEncodedValue(
                encoded, AsnEncodingRules.DER, out var tag, out var offset, out var length, out var whole))
            {
                return false;
            }

            var contents = encoded.Slice(offset, length);
            var node = new DerNode { Tag = encoded[0] };
            var mayHold = tag.IsConstructed
                || (tag == Asn1Tag.PrimitiveOctetString && contents is [0x30, ..]);
            if (mayHold && TryParse(contents, out var children))
            {
                node.Children = children;
            }
            else
            {
                node.Contents = contents.ToArray();
            }

            nodes.Add(node);
            encoded = encoded[whole..];
        }

        return true;
    }
}
