namespace Appliance.Timestamping.Asn1;

/// <summary>Writes DER forward into a span that is large enough: who calls has computed the sizes.</summary>
internal ref struct DerCursor(Span<byte> target)
{
    private readonly Span<byte> _target = target;

    /// <summary>Octets written.</summary>
    public int Position { get; private set; }

    /// <summary>Identifier and length; the contents follow.</summary>
    public void Header(byte tag, int contents)
    {
        var size = Der.HeaderSize(contents);
        var header = _target.Slice(Position, size);
        header[0] = tag;
        if (size == 2)
        {
            header[1] = (byte)contents;
        }
        else
        {
            header[1] = (byte)(0x80 | (size - 2));
            for (var i = size - 1; i > 1; i--)
            {
                header[i] = (byte)(contents & 0xFF);
                contents >>= 8;
            }
        }

        Position += size;
    }

    /// <summary>What is encoded already.</summary>
    public void Raw(scoped ReadOnlySpan<byte> encoded)
    {
        encoded.CopyTo(_target[Position..]);
        Position += encoded.Length;
    }

    /// <summary>A whole value.</summary>
    public void Value(byte tag, scoped ReadOnlySpan<byte> contents)
    {
        Header(tag, contents.Length);
        Raw(contents);
    }
}
