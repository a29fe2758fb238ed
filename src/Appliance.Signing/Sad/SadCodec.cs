using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace Appliance.Signing.Sad;

/// <summary>
/// Issues and reads SADs: base64url of the envelope and its HMAC-SHA-256 under a key derived from the root key. A
/// forged SAD is found out in memory and costs no store access.
/// </summary>
internal sealed class SadCodec(ReadOnlyMemory<byte> key)
{
    private const int EncodedLength = SadEnvelope.Length + HMACSHA256.HashSizeInBytes;

    /// <summary>In the envelope, so that a rotated key can be told from a forgery. One key so far.</summary>
    private const byte KeyId = 1;

    /// <summary>The text of a SAD: 148 characters of base64url, no padding.</summary>
    public string Encode(in SadEnvelope envelope)
    {
        Span<byte> bytes = stackalloc byte[EncodedLength];
        envelope.Write(bytes, KeyId);
        HMACSHA256.HashData(key.Span, bytes[..SadEnvelope.Length], bytes[SadEnvelope.Length..]);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>
    /// Reads a SAD. False for anything that this installation did not issue, whatever is wrong with it.
    /// </summary>
    public bool TryDecode(ReadOnlySpan<char> text, out SadEnvelope envelope)
    {
        envelope = default;
        Span<byte> bytes = stackalloc byte[EncodedLength];
        // Not TryDecodeFromChars: it throws for a character outside of the alphabet.
        if (text.Length != Base64Url.GetEncodedLength(EncodedLength)
            || Base64Url.DecodeFromChars(text, bytes, out _, out var written) != OperationStatus.Done
            || written != EncodedLength)
        {
            return false;
        }

        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key.Span, bytes[..SadEnvelope.Length], mac);
        if (!SadEnvelope.Names(bytes, KeyId)
            || !CryptographicOperations.FixedTimeEquals(mac, bytes[SadEnvelope.Length..]))
        {
            return false;
        }

        envelope = SadEnvelope.Read(bytes);
        return true;
    }
}
