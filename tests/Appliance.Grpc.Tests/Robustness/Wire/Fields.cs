using System.Text;

namespace Appliance.Grpc.Tests.Robustness.Wire;

/// <summary>
/// Header blocks (HPACK, RFC 7541) without tables and Huffman coding: all literals, which a server answers in kind when
/// it was told to keep no table.
/// </summary>
internal static class Fields
{
    /// <summary>Names of the static table as far as answers use it by index; the others keep their number.</summary>
    private static readonly Dictionary<int, string> s_names = new()
    {
        [22] = "allow",
        [28] = "content-length",
        [31] = "content-type",
        [33] = "date",
        [54] = "server",
    };

    private static readonly string[] s_statuses = ["200", "204", "206", "304", "400", "404", "500"];

    public static byte[] Encode(IEnumerable<(string Name, string Value)> fields)
    {
        var block = new List<byte>();
        foreach (var (name, value) in fields)
        {
            block.Add(0);
            AddString(block, name);
            AddString(block, value);
        }

        return [.. block];
    }

    /// <exception cref="FormatException">Not such a block.</exception>
    public static List<(string Name, string Value)> Decode(ReadOnlySpan<byte> block)
    {
        var fields = new List<(string Name, string Value)>();
        while (!block.IsEmpty)
        {
            var kind = block[0];
            if ((kind & 0x80) != 0)
            {
                var index = ReadInteger(ref block, 7);
                fields.Add(index is >= 8 and <= 14
                    ? (":status", s_statuses[index - 8])
                    : throw new FormatException($"The answer's field {index} is of a table."));
            }
            else if ((kind & 0xE0) == 0x20)
            {
                _ = ReadInteger(ref block, 5); // the size of the table
            }
            else
            {
                var index = ReadInteger(ref block, (kind & 0x40) != 0 ? 6 : 4);
                var name = index == 0 ? ReadString(ref block) : NameOf(index);
                fields.Add((name, ReadString(ref block)));
            }
        }

        return fields;
    }

    public static void AddInteger(List<byte> block, byte kind, int prefixBits, long value)
    {
        var limit = (1 << prefixBits) - 1;
        if (value < limit)
        {
            block.Add((byte)(kind | (byte)value));
            return;
        }

        block.Add((byte)(kind | limit));
        for (value -= limit; value >= 0x80; value >>= 7)
        {
            block.Add((byte)((value & 0x7F) | 0x80));
        }

        block.Add((byte)value);
    }

    private static string NameOf(int index)
        => index is >= 8 and <= 14 ? ":status" : s_names.GetValueOrDefault(index, $"#{index}");

    private static void AddString(List<byte> block, string text)
    {
        AddInteger(block, 0, 7, text.Length);
        block.AddRange(Encoding.Latin1.GetBytes(text));
    }

    private static string ReadString(ref ReadOnlySpan<byte> block)
    {
        if (block.IsEmpty || (block[0] & 0x80) != 0)
        {
            throw new FormatException("The answer's header block has a Huffman string, or ends within a field.");
        }

        var length = ReadInteger(ref block, 7);
        if (length > block.Length)
        {
            throw new FormatException("The answer's header block ends within a string.");
        }

        var text = Encoding.Latin1.GetString(block[..length]);
        block = block[length..];
        return text;
    }

    private static int ReadInteger(ref ReadOnlySpan<byte> block, int prefixBits)
    {
        var limit = (1 << prefixBits) - 1;
        var value = block[0] & limit;
        block = block[1..];
        if (value < limit)
        {
            return value;
        }

        for (var shift = 0; !block.IsEmpty && shift < 28; shift += 7)
        {
            var more = block[0];
            block = block[1..];
            value += (more & 0x7F) << shift;
            if ((more & 0x80) == 0)
            {
                return value;
            }
        }

        throw new FormatException("The answer's header block ends within a number.");
    }
}
