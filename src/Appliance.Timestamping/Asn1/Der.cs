using System.Formats.Asn1;

namespace Appliance.Timestamping.Asn1;

/// <summary>DER (X.690 section 10): identifier octets, sizes, and whether contents are canonical.</summary>
internal static class Der
{
    public const byte Boolean = 0x01;
    public const byte Integer = 0x02;
    public const byte BitString = 0x03;
    public const byte OctetString = 0x04;
    public const byte Null = 0x05;
    public const byte ObjectIdentifier = 0x06;
    public const byte Utf8String = 0x0C;
    public const byte GeneralizedTime = 0x18;
    public const byte Sequence = 0x30;
    public const byte Set = 0x31;

    /// <summary>[0] constructed.</summary>
    public const byte Context0 = 0xA0;

    /// <summary>[1] constructed.</summary>
    public const byte Context1 = 0xA1;

    /// <summary>[2] constructed.</summary>
    public const byte Context2 = 0xA2;

    /// <summary>[0] primitive.</summary>
    public const byte PrimitiveContext0 = 0x80;

    /// <summary>[1] primitive.</summary>
    public const byte PrimitiveContext1 = 0x81;

    /// <summary>Octets of a whole value with that many octets of contents.</summary>
    public static int SizeOf(int contents) => contents + HeaderSize(contents);

    /// <summary>Octets of identifier and length before that many octets of contents, which are below 16 MiB.</summary>
    public static int HeaderSize(int contents) => contents switch
    {
        < 0x80 => 2,
        < 0x100 => 3,
        < 0x1_0000 => 4,
        _ => 5,
    };

    /// <summary>Shortest two's complement: not empty, no redundant first octet.</summary>
    public static bool IsInteger(ReadOnlySpan<byte> contents) => contents.Length switch
    {
        0 => false,
        1 => true,
        _ => contents[0] switch { 0x00 => contents[1] >= 0x80, 0xFF => contents[1] < 0x80, _ => true },
    };

    /// <summary>Whole subidentifiers, each without leading zeros.</summary>
    public static bool IsObjectIdentifier(ReadOnlySpan<byte> contents)
    {
        if (contents.IsEmpty || contents[^1] >= 0x80)
        {
            return false;
        }

        var isFirst = true;
        foreach (var octet in contents)
        {
            if (isFirst && octet == 0x80)
            {
                return false;
            }

            isFirst = octet < 0x80;
        }

        return true;
    }

    /// <summary>Identifier, length and contents of an OBJECT IDENTIFIER.</summary>
    /// <exception cref="ArgumentException">Not dotted decimal.</exception>
    public static byte[] EncodeOid(string oid)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteObjectIdentifier(oid);
        return writer.Encode();
    }

    /// <summary>Dotted decimal of the contents octets; for texts and records, since it allocates.</summary>
    public static string ReadOid(ReadOnlySpan<byte> contents)
    {
        Span<byte> encoded = new byte[SizeOf(contents.Length)];
        var cursor = new DerCursor(encoded);
        cursor.Value(ObjectIdentifier, contents);
        return AsnDecoder.ReadObjectIdentifier(encoded, AsnEncodingRules.DER, out _);
    }
}
