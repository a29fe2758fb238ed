using System.Formats.Asn1;

namespace Appliance.Pkcs11.Schemes;

/// <summary>
/// From r || s as CKM_ECDSA returns it to DER Ecdsa-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER } (RFC 3279 section
/// 2.2.3), with INTEGERs as short as X.690 section 8.3.2 asks. One allocation: the answer.
/// </summary>
internal static class EcdsaSignature
{
    private const byte Integer = 0x02;
    private const byte Sequence = 0x30;
    private const byte LongLengthOfOneByte = 0x81;

    public static byte[] ToDer(ReadOnlySpan<byte> plain)
    {
        var half = plain.Length / 2;
        var r = Shorten(plain[..half]);
        var s = Shorten(plain[half..]);
        var content = IntegerSize(r) + IntegerSize(s);

        // P-521 needs up to 138 bytes of content, so the length may take a second byte; never a third.
        var header = content < 0x80 ? 2 : 3;
        var der = new byte[header + content];
        der[0] = Sequence;
        if (header == 3)
        {
            der[1] = LongLengthOfOneByte;
        }

        der[header - 1] = (byte)content;
        var next = WriteInteger(der, header, r);
        _ = WriteInteger(der, next, s);
        return der;
    }

    /// <summary>The way back; false when it is not DER or a number does not fit.</summary>
    public static bool TryToPlain(ReadOnlySpan<byte> der, Span<byte> plain)
    {
        try
        {
            AsnDecoder.ReadSequence(der, AsnEncodingRules.DER, out var offset, out var length, out var consumed);
            var content = der.Slice(offset, length);
            var r = AsnDecoder.ReadIntegerBytes(content, AsnEncodingRules.DER, out var taken);
            var s = AsnDecoder.ReadIntegerBytes(content[taken..], AsnEncodingRules.DER, out var rest);
            var half = plain.Length / 2;
            return consumed == der.Length
                && taken + rest == content.Length
                && TryPad(r, plain[..half])
                && TryPad(s, plain[half..]);
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    private static bool TryPad(ReadOnlySpan<byte> number, Span<byte> field)
    {
        number = Shorten(number);
        if (number.Length > field.Length)
        {
            return false;
        }

        field.Clear();
        number.CopyTo(field[^number.Length..]);
        return true;
    }

    /// <summary>Drops leading zeros but leaves one byte, so that zero stays a number.</summary>
    private static ReadOnlySpan<byte> Shorten(ReadOnlySpan<byte> number)
    {
        var first = number.IndexOfAnyExcept((byte)0);
        return first < 0 ? number[^1..] : number[first..];
    }

    /// <summary>
    /// Tag, length (below 128), content, and a zero byte in front where the top bit would mean minus.
    /// </summary>
    private static int IntegerSize(ReadOnlySpan<byte> number) => 2 + (number[0] >> 7) + number.Length;

    private static int WriteInteger(Span<byte> der, int at, ReadOnlySpan<byte> number)
    {
        var pad = number[0] >> 7;
        der[at] = Integer;
        der[at + 1] = (byte)(pad + number.Length);
        der[at + 2] = 0;
        number.CopyTo(der[(at + 2 + pad)..]);
        return at + 2 + pad + number.Length;
    }
}
