using System.Security.Cryptography;

namespace Appliance.Timestamping.Tests;

/// <summary>Damages octets the same way for the same seed (xorshift64*; nothing here needs good randomness).</summary>
internal sealed class Mutator(ulong seed)
{
    private static readonly byte[] s_telling = [0x00, 0x01, 0x02, 0x04, 0x05, 0x06, 0x30, 0x31, 0x7F, 0x80, 0x81, 0x82,
        0x84, 0xA0, 0xA1, 0xFF];

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

    /// <summary>Not a mutation of anything, and the same for the same seed.</summary>
    public byte[] Digest() => SHA256.HashData(BitConverter.GetBytes(_state ^ (ulong)Next(int.MaxValue)));
}
