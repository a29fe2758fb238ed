using System.Security.Cryptography;

namespace Appliance.Tests.Shared.Timestamps;

/// <summary>Damages octets the same way for the same seed (xorshift64*; nothing here needs good randomness).</summary>
internal sealed class Mutator(ulong seed)
{
    private static readonly byte[] s_telling = [0x00, 0x01, 0x02, 0x04, 0x05, 0x06, 0x30, 0x31, 0x7F, 0x80, 0x81, 0x82,
        0x84, 0xA0, 0xA1, 0xFF];

    private static readonly int[] s_lengths = [0, 1, 2, 8, 9, 20, 31, 32, 33, 64, 127, 128, 300];

    private ulong _state = seed | 1;

    public int Next(int below)
    {
        _state ^= _state >> 12;
        _state ^= _state << 25;
        _state ^= _state >> 27;
        return (int)(unchecked(_state * 0x2545F4914F6CDD1D) >> 33) % below;
    }

    public byte[] Octets(int length) => [.. Enumerable.Range(0, length).Select(_ => (byte)Next(256))];

    /// <summary>One to four damages: a bit, a telling octet, a removal, an insertion, a cut, a doubled piece.</summary>
    public byte[] Damage(byte[] source)
    {
        var bytes = source.ToList();
        for (var count = 1 + Next(4); count > 0 && bytes.Count > 0; count--)
        {
            var place = Next(bytes.Count);
            switch (Next(6))
            {
                case 0:
                    bytes[place] ^= (byte)(1 << Next(8));
                    break;
                case 1:
                    bytes[place] = s_telling[Next(s_telling.Length)];
                    break;
                case 2:
                    bytes.RemoveAt(place);
                    break;
                case 3:
                    bytes.Insert(place, (byte)Next(256));
                    break;
                case 4:
                    bytes.RemoveRange(place, bytes.Count - place);
                    break;
                default:
                    bytes.InsertRange(place, bytes.GetRange(place, Math.Min(bytes.Count - place, 1 + Next(16))));
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>
    /// One to three damages of values, between lengths that are right: another tag, other contents, one removed,
    /// doubled, moved, or put into itself.
    /// </summary>
    public byte[] DamageValues(byte[] source)
    {
        var root = DerNode.Parse(source);
        for (var count = 1 + Next(3); count > 0; count--)
        {
            DamageValue(Pick(root.All));
        }

        return root.Encode();
    }

    public void DamageValue(DerNode node)
    {
        var siblings = node.Children;
        var place = siblings is { Count: > 0 } ? Next(siblings.Count) : 0;
        switch (Next(8))
        {
            case 0:
                node.Tag = s_telling[Next(s_telling.Length)];
                break;
            case 1 or 2 when siblings is null:
                node.Contents = Damage(node.Contents);
                break;
            case 3:
                node.Children = null;
                node.Contents = Octets(s_lengths[Next(s_lengths.Length)]);
                break;
            case 4 when siblings is { Count: > 0 }:
                siblings.RemoveAt(place);
                break;
            case 5 when siblings is { Count: > 0 }:
                siblings.InsertRange(place, Enumerable.Repeat(siblings[place], 1 + Next(20)));
                break;
            case 6 when siblings is { Count: > 1 }:
                (siblings[place], siblings[0]) = (siblings[0], siblings[place]);
                break;
            case 7 when siblings is { Count: > 0 }:
                siblings[place] = new DerNode { Tag = node.Tag, Children = [.. siblings] };
                break;
            default:
                node.Contents = [.. node.Contents, (byte)Next(256)];
                break;
        }
    }

    private DerNode Pick(IEnumerable<DerNode> nodes)
    {
        var all = nodes.ToList();
        return all[Next(all.Count)];
    }

    /// <summary>Not a mutation of anything, and the same for the same seed.</summary>
    public byte[] Digest() => SHA256.HashData(BitConverter.GetBytes(_state ^ (ulong)Next(int.MaxValue)));
}
