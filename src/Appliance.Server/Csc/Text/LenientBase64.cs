using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Appliance.Server.Csc.Text;

/// <summary>
/// Base64 as clients send it: both alphabets of RFC 4648, with or without padding, percent-encoded or not
/// (csc-api section 5.10, traps 4 and 29). Digests are compared as bytes, so the spelling never matters.
/// </summary>
internal static class LenientBase64
{
    private const int StackBytes = 512;

    /// <summary>Decodes UTF-8 text; false, with an empty result, when it is no Base64 or decodes to nothing.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> text, out byte[] bytes)
    {
        byte[]? rented = null;
        var buffer = text.Length + 2 <= StackBytes
            ? stackalloc byte[StackBytes]
            : rented = ArrayPool<byte>.Shared.Rent(text.Length + 2);
        try
        {
            // The usual spelling needs no rewriting.
            if (text.Length % 4 == 0 && DecodeStrict(text, buffer, out bytes))
            {
                return true;
            }

            if (Normalize(text, buffer, out var length)
                && Base64.DecodeFromUtf8InPlace(buffer[..length], out var written) == OperationStatus.Done
                && written > 0)
            {
                bytes = buffer[..written].ToArray();
                return true;
            }

            bytes = [];
            return false;
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }

    /// <inheritdoc cref="TryDecode(ReadOnlySpan{byte}, out byte[])"/>
    public static bool TryDecode(ReadOnlySpan<char> text, out byte[] bytes)
    {
        var utf8 = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            return TryDecode(utf8.AsSpan(0, Encoding.UTF8.GetBytes(text, utf8)), out bytes);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(utf8);
        }
    }

    private static bool DecodeStrict(ReadOnlySpan<byte> text, Span<byte> buffer, out byte[] bytes)
    {
        var done = Base64.DecodeFromUtf8(text, buffer, out _, out var written) == OperationStatus.Done && written > 0;
        bytes = done ? buffer[..written].ToArray() : [];
        return done;
    }

    /// <summary>
    /// Percent-decodes, maps the URL-safe alphabet to the standard one and sets the padding right.
    /// </summary>
    private static bool Normalize(ReadOnlySpan<byte> text, Span<byte> buffer, out int length)
    {
        length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var b = text[i];
            if (b == (byte)'%')
            {
                if (i + 2 >= text.Length
                    || !Utf8Parser.TryParse(text.Slice(i + 1, 2), out byte decoded, out var used, 'x')
                    || used != 2)
                {
                    return false;
                }

                b = decoded;
                i += 2;
            }

            buffer[length++] = b switch
            {
                (byte)'-' => (byte)'+',
                (byte)'_' => (byte)'/',
                _ => b,
            };
        }

        length = buffer[..length].TrimEnd((byte)'=').Length;
        while (length % 4 != 0)
        {
            buffer[length++] = (byte)'=';
        }

        return true;
    }
}
