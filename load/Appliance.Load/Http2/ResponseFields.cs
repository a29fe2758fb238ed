using System.Globalization;
using System.Text;

namespace Appliance.Load.Http2;

/// <summary>
/// Reads the few response fields that matter (HPACK, RFC 7541) from a server that was told to keep no dynamic table.
/// A block that is byte for byte the last one with status 0 is not read again.
/// </summary>
internal sealed class ResponseFields
{
    private byte[] _lastGood = [];

    /// <summary>grpc-status of the block last read; -1 when it had none.</summary>
    public int GrpcStatus { get; private set; }

    /// <summary>grpc-message of the block last read; null when it had none.</summary>
    public string? GrpcMessage { get; private set; }

    /// <summary>True when :status of the block last read is there and not 200.</summary>
    public bool HttpError { get; private set; }

    public void Read(ReadOnlySpan<byte> block)
    {
        if (block.SequenceEqual(_lastGood))
        {
            GrpcStatus = 0;
            GrpcMessage = null;
            HttpError = false;
            return;
        }

        GrpcStatus = -1;
        GrpcMessage = null;
        HttpError = false;
        var rest = block;
        while (!rest.IsEmpty)
        {
            ReadField(ref rest);
        }

        if (GrpcStatus == 0)
        {
            _lastGood = block.ToArray();
        }
    }

    private void ReadField(ref ReadOnlySpan<byte> rest)
    {
        var kind = rest[0];
        if ((kind & 0x80) != 0)
        {
            var index = ReadInteger(ref rest, 7);
            HttpError |= index is >= 9 and <= 14;
            return;
        }

        if ((kind & 0xE0) == 0x20)
        {
            ReadInteger(ref rest, 5);
            return;
        }

        var nameIndex = ReadInteger(ref rest, (kind & 0x40) != 0 ? 6 : 4);
        var name = nameIndex == 0 ? ReadString(ref rest) : default;
        var value = ReadString(ref rest);
        if (name.SequenceEqual("grpc-status"u8))
        {
            GrpcStatus = int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture);
        }
        else if (name.SequenceEqual("grpc-message"u8))
        {
            GrpcMessage = Encoding.ASCII.GetString(value);
        }
        else if (nameIndex is >= 8 and <= 14)
        {
            HttpError |= !value.SequenceEqual("200"u8);
        }
    }

    private static ReadOnlySpan<byte> ReadString(ref ReadOnlySpan<byte> rest)
    {
        if ((rest[0] & 0x80) != 0)
        {
            throw new NotSupportedException("The server uses Huffman coding; this client reads plain literals only.");
        }

        var length = ReadInteger(ref rest, 7);
        var value = rest[..length];
        rest = rest[length..];
        return value;
    }

    private static int ReadInteger(ref ReadOnlySpan<byte> rest, int prefixBits)
    {
        var limit = (1 << prefixBits) - 1;
        var value = rest[0] & limit;
        rest = rest[1..];
        if (value < limit)
        {
            return value;
        }

        for (var shift = 0; ; shift += 7)
        {
            var more = rest[0];
            rest = rest[1..];
            value += (more & 0x7F) << shift;
            if ((more & 0x80) == 0)
            {
                return value;
            }
        }
    }
}
