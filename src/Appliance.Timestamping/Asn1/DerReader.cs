using System.Formats.Asn1;

namespace Appliance.Timestamping.Asn1;

/// <summary>
/// Reads DER values one after the other and never throws: hostile input costs no exception. Contents of the primitive
/// types are checked by <see cref="Der"/>.
/// </summary>
internal ref struct DerReader(ReadOnlySpan<byte> source)
{
    private readonly ReadOnlySpan<byte> _source = source;

    /// <summary>Octets read so far.</summary>
    public int Position { get; private set; }

    public readonly bool IsAtEnd => Position == _source.Length;

    /// <summary>Identifier octet of what comes next; 0, which is no value's, at the end.</summary>
    public readonly byte NextTag => IsAtEnd ? (byte)0 : _source[Position];

    /// <summary>The contents of the next value, when it has this identifier octet.</summary>
    public bool TryRead(byte tag, out ReadOnlySpan<byte> contents)
    {
        contents = default;
        var rest = _source[Position..];
        if (rest.IsEmpty
            || rest[0] != tag
            || !AsnDecoder.TryReadEncodedValue(
                rest, AsnEncodingRules.DER, out _, out var offset, out var length, out var consumed))
        {
            return false;
        }

        contents = rest.Slice(offset, length);
        Position += consumed;
        return true;
    }

    /// <summary>The next value whole, with identifier and length.</summary>
    public bool TryReadEncoded(byte tag, out ReadOnlySpan<byte> encoded)
    {
        var start = Position;
        var isRead = TryRead(tag, out _);
        encoded = _source[start..Position];
        return isRead;
    }

    /// <summary>A reader of the contents of the next value.</summary>
    public bool TryEnter(byte tag, out DerReader inner)
    {
        var isRead = TryRead(tag, out var contents);
        inner = new DerReader(contents);
        return isRead;
    }
}
