using System.Text;

namespace Appliance.Load.Http2;

/// <summary>
/// Request header blocks (HPACK, RFC 7541), encoded once. The first block of a connection puts the common fields into
/// the server's dynamic table; every later one is a row of one-byte references, as real gRPC clients do it. The fields
/// of a variant (say, a bearer token) follow as literals without indexing.
/// </summary>
internal sealed class HeaderBlocks
{
    private const int FirstDynamicIndex = 62;

    private readonly byte[] _first;
    private readonly byte[] _later;
    private readonly byte[][] _variants;
    private bool _sent;

    public HeaderBlocks(
        string authority,
        string path,
        IReadOnlyList<KeyValuePair<string, string>> common,
        IReadOnlyList<IReadOnlyList<KeyValuePair<string, string>>> variants)
    {
        List<byte> first = [0x83, 0x86]; // :method POST, :scheme http
        List<byte> later = [0x83, 0x86];
        var indexed = new List<KeyValuePair<string, string>>
        {
            new(":path", path),
            new(":authority", authority),
            new("content-type", "application/grpc"),
            new("te", "trailers"),
        };
        indexed.AddRange(common);
        for (var i = 0; i < indexed.Count; i++)
        {
            Append(first, 0x40, indexed[i]);
            AppendInteger(later, 0x80, 7, FirstDynamicIndex + indexed.Count - 1 - i);
        }

        _first = [.. first];
        _later = [.. later];
        _variants = [.. variants.Select(EncodeVariant)];
    }

    /// <summary>Copies the block of the next request; gives its length.</summary>
    public int Write(Span<byte> target, int variant)
    {
        var common = _sent ? _later : _first;
        _sent = true;
        common.CopyTo(target);
        if (_variants.Length == 0)
        {
            return common.Length;
        }

        var own = _variants[variant];
        own.CopyTo(target[common.Length..]);
        return common.Length + own.Length;
    }

    private static byte[] EncodeVariant(IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        List<byte> block = [];
        foreach (var field in fields)
        {
            Append(block, 0x00, field);
        }

        return [.. block];
    }

    private static void Append(List<byte> block, byte kind, KeyValuePair<string, string> field)
    {
        var name = field.Key switch
        {
            ":authority" => 1,
            ":path" => 4,
            "authorization" => 23,
            "content-type" => 31,
            _ => 0,
        };
        AppendInteger(block, kind, kind == 0x40 ? 6 : 4, name);
        if (name == 0)
        {
            AppendString(block, field.Key);
        }

        AppendString(block, field.Value);
    }

    private static void AppendString(List<byte> block, string text)
    {
        AppendInteger(block, 0, 7, text.Length);
        block.AddRange(Encoding.ASCII.GetBytes(text));
    }

    private static void AppendInteger(List<byte> block, byte kind, int prefixBits, int value)
    {
        var limit = (1 << prefixBits) - 1;
        if (value < limit)
        {
            block.Add((byte)(kind | value));
            return;
        }

        block.Add((byte)(kind | limit));
        value -= limit;
        while (value >= 0x80)
        {
            block.Add((byte)((value & 0x7F) | 0x80));
            value >>= 7;
        }

        block.Add((byte)value);
    }
}
